import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pino } from 'pino'
import { build } from 'vite'
import type * as Processors from '../../client/sdk/processors/index.ts'
import { type App, createApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'

/** What the page has on its window besides its own. */
export type Lab = {
  lab: { processors: () => Promise<typeof Processors> }
}

const LAB = `
Object.assign(window, { lab: { processors: () => import('./sdk/processors/index.ts') } })`

const root = resolve(import.meta.dirname, '../..')

/**
 * A whole server with the real page, built anew with the slot for effects within reach of a test. The caller closes
 * it.
 */
export async function openEffectsNode(): Promise<App> {
  const dir = await mkdtemp(join(tmpdir(), 'tertulia-effects-'))
  const clientDir = join(dir, 'client')
  await build({
    root: join(root, 'client'),
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: clientDir },
    plugins: [{ name: 'lab', transform: (code, id) => (id.endsWith('/client/main.tsx') ? code + LAB : undefined) }],
  })
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    MEDIA_PORT: '0',
    WORKERS: '1',
    ANNOUNCED_ADDRESSES: '127.0.0.1',
    DATA_DIR: join(dir, 'data'),
    MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN,
  })
  const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' })
  const app = await createApp(config, log, { clientDir })
  return {
    ...app,
    close: async () => {
      await app.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
