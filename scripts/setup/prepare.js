import { join } from 'node:path'
import { ensureClient } from './client.js'
import { ensureDependencies } from './dependencies.js'
import { withLock } from './lock.js'
import { RUNTIME_DIR, removeOldDrafts } from './paths.js'
import { ensureRuntime } from './runtime.js'
import { ensureTestTools } from './testTools.js'
import { ensureWorker, namedWorker } from './worker.js'

/**
 * Everything between a bare clone and a running server. Each step looks first whether there is anything to do.
 * @param {{ testTools: boolean }} needs
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>} what to run the server or the tests with
 */
export function prepare({ testTools }) {
  return withLock(join(RUNTIME_DIR, 'lock'), async () => {
    // First what may end with a line for the reader: better now than after minutes of work.
    namedWorker(process.env)
    if (testTools) await ensureTestTools()
    removeOldDrafts()
    const node = await ensureRuntime()
    await ensureDependencies()
    await ensureClient(node)
    const worker = await ensureWorker(node)
    return { node, env: { ...process.env, MEDIASOUP_WORKER_BIN: worker } }
  })
}
