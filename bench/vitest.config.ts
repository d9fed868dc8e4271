import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Benchmarks are run by vitest too, one after the other: they start and end what they need as the tests do. */
export default defineConfig({
  test: {
    root: join(import.meta.dirname, '..'),
    include: ['bench/**/*.bench.ts'],
    testTimeout: 600_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    // What is printed is the result.
    silent: false,
    disableConsoleIntercept: true,
  },
})
