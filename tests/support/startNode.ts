import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { onTestFinished } from 'vitest'
import { type App, createApp } from '../../server/app.ts'
import { Passwords } from '../../server/auth/passwords.ts'
import type { Cluster } from '../../server/cluster/Cluster.ts'
import { readConfig } from '../../server/config.ts'
import type { MediaPort } from '../../server/media/MediaPort.ts'
import type { RoomStore } from '../../server/store/RoomStore.ts'

type Options = {
  /** Without it, real workers. */
  media?: MediaPort & { close(): void }
  /** The built page, instead of an empty one. */
  page?: 'built'
  /** A page that was built elsewhere. */
  clientDir?: string
  settings?: Record<string, string>
  passwords?: Passwords
  cluster?: Cluster
  store?: RoomStore
  log?: Logger
}

const testLog = () => pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' })

/** As the real ones, in a thousandth of the time. */
export const quickPasswords = () => new Passwords({ cost: 16 })

/** A whole server on free loopback ports; the caller closes it. */
export async function openNode({
  media,
  page,
  clientDir,
  settings = {},
  passwords = quickPasswords(),
  cluster,
  store,
  log = testLog(),
}: Options = {}): Promise<App> {
  const dir = await mkdtemp(join(tmpdir(), 'tertulia-'))
  const emptyPage = join(dir, 'page')
  await mkdir(emptyPage)
  await writeFile(join(emptyPage, 'index.html'), '<!doctype html><title>empty</title>')
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    MEDIA_PORT: '0',
    WORKERS: '1',
    ANNOUNCED_ADDRESSES: '127.0.0.1',
    DATA_DIR: join(dir, 'data'),
    MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN,
    ...settings,
  })
  const parts = {
    passwords,
    ...(media ? { media } : {}),
    ...(cluster ? { cluster } : {}),
    ...(store ? { store } : {}),
    ...(page === 'built' ? {} : { clientDir: clientDir ?? emptyPage }),
  }
  const app = await createApp(config, log, parts)
  return {
    ...app,
    close: async () => {
      await app.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** The same for one test, which closes it by itself. */
export async function startNode(options: Options = {}): Promise<App> {
  const app = await openNode(options)
  onTestFinished(() => app.close())
  return app
}
