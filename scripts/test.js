/** `npm test [-- …]`: sets up what is missing, then runs vitest with the arguments given. */
import { join } from 'node:path'
import { runMain } from './setup/errors.js'
import { ROOT } from './setup/paths.js'
import { prepare } from './setup/prepare.js'
import { handOver } from './setup/process.js'

await runMain(async () => {
  const { node, env } = await prepare({ testTools: true })
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  handOver(node, [vitest, 'run', ...process.argv.slice(2)], { cwd: ROOT, env })
})
