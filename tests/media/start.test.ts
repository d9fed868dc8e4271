import type { ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort, newDataDir, startProcess as start } from '../support/serverProcess.ts'
import { until } from '../support/until.ts'

/** What an operator is told when something is wrong, and how soon the server is there. */
const startServer = (settings: Record<string, string>) => start([process.execPath, 'server/main.ts'], settings)

const exitCode = async (child: ChildProcess): Promise<number | null> =>
  child.exitCode ?? ((await once(child, 'exit'))[0] as number)

/** Starts, expects it to give up with readable lines only, and returns them. */
async function failure(settings: Record<string, string>): Promise<string> {
  const started = startServer(settings)
  expect(await exitCode(started.child)).toBe(1)
  expect(started.output).not.toMatch(/\n\s+at |Error:|node:internal/)
  return started.output.trim()
}

describe('a start that cannot succeed', () => {
  it('names every wrong setting at once', async () => {
    const lines = (await failure({ PORT: 'http', WORKERS: '0', ANNOUNCED_ADDRESSES: '0.0.0.0' })).split('\n')
    expect(lines.map((line) => line.split('=')[0])).toEqual(['PORT', 'WORKERS', 'ANNOUNCED_ADDRESSES'])
  })

  it('says that the HTTP port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    // Before anything is started: nothing else is said.
    expect(await failure({ PORT: String(port) })).toBe(`PORT=${port} is taken by another program; choose another PORT.`)
  })

  it('says that the media port is taken', async () => {
    const socket = createSocket('udp4')
    onTestFinished(() => void socket.close())
    socket.bind(0)
    await once(socket, 'listening')
    const { port } = socket.address()
    expect(await failure({ MEDIA_PORT: String(port), LOG_LEVEL: 'silent' })).toMatch(
      `Media port ${port} cannot be used`,
    )
  })

  it('says that there is no worker', async () => {
    const missing = await failure({ MEDIASOUP_WORKER_BIN: '/nowhere/mediasoup-worker', LOG_LEVEL: 'silent' })
    expect(missing).toMatch('/nowhere/mediasoup-worker')
    const wrong = await failure({ MEDIASOUP_WORKER_BIN: '/bin/false', LOG_LEVEL: 'silent' })
    expect(wrong).toMatch('MEDIASOUP_WORKER_BIN=/bin/false is not a mediasoup-worker')
  })

  it('says that the data folder cannot be used', async () => {
    const file = join(newDataDir(), 'file')
    writeFileSync(file, '')
    expect(await failure({ DATA_DIR: file, LOG_LEVEL: 'silent' })).toMatch(`DATA_DIR=${file}`)
  })
})

describe('a start', () => {
  it('by npm, with everything in place, answers in under 3 s and stops when told', async () => {
    const port = await freePort()
    const { child } = start(['npm', 'start'], { PORT: String(port) })
    const answer = await until(() => fetch(`http://127.0.0.1:${port}/healthz`), {
      what: '/healthz to answer',
      deadlineMs: 3000,
    })
    expect(answer.status).toBe(200)
    process.kill(-(child.pid as number), 'SIGTERM')
    await exitCode(child)
  })

  it('stops though a browser holds a connection on which it has said nothing', async () => {
    const started = startServer({ LOG_FORMAT: 'text' })
    await until(() => started.output.includes('Tertulia is ready'), { what: 'the server to start' })
    const port = Number(/localhost:(\d+)|127\.0\.0\.1:(\d+)/.exec(started.output)?.slice(1).find(Boolean))
    const silent = connect(port, '127.0.0.1')
    onTestFinished(() => void silent.destroy())
    silent.on('error', () => {})
    await once(silent, 'connect')
    const exited = once(started.child, 'exit')
    process.kill(started.child.pid as number, 'SIGTERM')
    await until(() => started.child.exitCode === 0, { what: 'the server to stop', deadlineMs: 3000 })
    await exited
  })

  it('says in one line where browsers will send their media', async () => {
    const started = startServer({ ANNOUNCED_ADDRESSES: '192.0.2.7,call.example', LOG_FORMAT: 'text' })
    await until(() => started.output.includes('Tertulia is ready'), { what: 'the server to start' })
    expect(started.output).toMatch('browsers will send media to 192.0.2.7, call.example (any port, UDP and TCP)')
    process.kill(started.child.pid as number, 'SIGTERM')
    expect(await exitCode(started.child)).toBe(0)
  })
})
