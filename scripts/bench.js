/** `npm run bench [-- name …]`: sets up what is missing, then runs the benchmarks whose names are given, or all. */
import { join } from 'node:path'
import { runMain } from './setup/errors.js'
import { ROOT } from './setup/paths.js'
import { prepare } from './setup/prepare.js'
import { handOver } from './setup/process.js'

await runMain(async () => {
  const { node, env } = await prepare({ testTools: true })
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const config = join(ROOT, 'bench', 'vitest.config.ts')
  handOver(node, [vitest, 'run', '--config', config, ...process.argv.slice(2)], { cwd: ROOT, env })
})
