/** `npm run soak [-- minutes]`: sets up what is missing, then has people come and go for ten minutes, or as many. */
import { join } from 'node:path'
import { runMain } from './setup/errors.js'
import { ROOT } from './setup/paths.js'
import { prepare } from './setup/prepare.js'
import { handOver } from './setup/process.js'

await runMain(async () => {
  const minutes = Number(process.argv[2] ?? 10)
  if (!(minutes > 0)) throw new Error('npm run soak -- <minutes>')
  const { node, env } = await prepare({ testTools: false })
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const command = [vitest, 'run', '--project', 'media', 'tests/media/soak.test.ts']
  handOver(node, command, { cwd: ROOT, env: { ...env, SOAK_SECONDS: String(minutes * 60) } })
})
