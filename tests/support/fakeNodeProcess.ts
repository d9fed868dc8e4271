/** A server in a process of its own, on fake media: `node fakeNodeProcess.ts <data folder> <page folder>` prints its URL. */
import { pino } from 'pino'
import { createApp } from '../../server/app.ts'
import { Passwords } from '../../server/auth/passwords.ts'
import { readConfig } from '../../server/config.ts'
import { FakeMedia } from './FakeMedia.ts'

const [DATA_DIR, clientDir = ''] = process.argv.slice(2)
const config = readConfig({ HOST: '127.0.0.1', PORT: '0', MEDIA_PORT: '0', WORKERS: '1', DATA_DIR })
const parts = { media: new FakeMedia(), clientDir, passwords: new Passwords({ cost: 16 }) }
const { url } = await createApp(config, pino({ level: 'silent' }), parts)
console.log(url)
