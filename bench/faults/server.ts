/** The server under attack, in a process of its own: says its address to its parent and lives as long as that. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'

const dir = await mkdtemp(join(tmpdir(), 'tertulia-faults-'))
await writeFile(join(dir, 'index.html'), '<!doctype html><title>empty</title>')
const config = readConfig({
  ...process.env,
  HOST: '127.0.0.1',
  PORT: '0',
  MEDIA_PORT: '0',
  WORKERS: '1',
  ANNOUNCED_ADDRESSES: '127.0.0.1',
  DATA_DIR: join(dir, 'data'),
})
const app = await createApp(config, pino({ level: process.env.LOG_LEVEL ?? 'silent' }), { clientDir: dir })
process.send?.(app.url)
process.on('disconnect', () => {
  app.close().finally(() => rm(dir, { recursive: true, force: true }))
})
