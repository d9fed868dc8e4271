import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../setup/process.js'
import { withProgress } from '../setup/progress.js'

const STALL_SECONDS = 20

/**
 * Fetches the official binary by mediasoup's own post-install step. Its download knows no timeout, so it is ended when
 * nothing moves; and where it fails it would build with pip and meson, which a Python that always fails prevents.
 * @param {string} node
 * @param {string} mediasoup folder of the npm package
 * @returns {Promise<string | undefined>} undefined: none to be had here
 */
export async function fetchPrebuilt(node, mediasoup) {
  if (process.env.MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD) return undefined

  const folder = join(mediasoup, 'worker', 'out')
  const binary = join(folder, 'Release', 'mediasoup-worker')
  rmSync(folder, { recursive: true, force: true })
  return withProgress(
    'Looking for a prebuilt media worker',
    async () => {
      const { code } = await run(node, ['npm-scripts.mjs', 'postinstall'], {
        cwd: mediasoup,
        env: { ...process.env, PYTHON: '/bin/false' },
        stallSeconds: STALL_SECONDS,
        watch: () => (existsSync(binary) ? statSync(binary).size : 0),
      })
      return code === 0 && existsSync(binary) ? binary : undefined
    },
    (found) => (found ? 'done' : 'none to be had'),
  )
}
