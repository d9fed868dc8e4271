/** `npm start`: sets up what is missing, then runs the server. */
import { join } from 'node:path'
import { runMain } from './setup/errors.js'
import { ROOT } from './setup/paths.js'
import { prepare } from './setup/prepare.js'
import { handOver } from './setup/process.js'

await runMain(async () => {
  const { node, env } = await prepare({ testTools: false })
  handOver(node, [join(ROOT, 'server', 'main.ts'), ...process.argv.slice(2)], { cwd: ROOT, env })
})
