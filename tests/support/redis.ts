import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@redis/client'
import { onTestFinished } from 'vitest'
import { until } from './until.ts'

/** @property host where it listens, if not on the loopback */
type Options = { password?: string; host?: string }

/** A real Redis on a free port, in a folder of its own; keeps nothing, and ends with its test. */
export class TestRedis {
  readonly port: number
  readonly url: string
  readonly #dir: string
  readonly #host: string
  readonly #password: string | undefined
  #process: ChildProcess | undefined

  private constructor(port: number, dir: string, { password, host = '127.0.0.1' }: Options) {
    this.port = port
    this.#host = host
    this.url = `redis://${password ? `:${password}@` : ''}${host}:${port}`
    this.#dir = dir
    this.#password = password
  }

  static async start(options: Options = {}): Promise<TestRedis> {
    const dir = await mkdtemp(join(tmpdir(), 'tertulia-redis-'))
    const redis = new TestRedis(await freePort(options.host), dir, options)
    onTestFinished(async () => {
      await redis.stop()
      await rm(dir, { recursive: true, force: true })
    })
    await redis.start()
    return redis
  }

  /** On the same port, and empty. */
  async start(): Promise<void> {
    const settings = {
      port: this.port,
      bind: this.#host,
      'protected-mode': 'no',
      save: '',
      appendonly: 'no',
      dir: this.#dir,
    }
    const withPassword = this.#password ? { ...settings, requirepass: this.#password } : settings
    const args = Object.entries(withPassword).flatMap(([name, value]) => [`--${name}`, String(value)])
    this.#process = spawn('redis-server', args, { stdio: 'ignore' })
    await until(() => this.#accepts(), { what: 'redis-server' })
  }

  /** With all that it knew. */
  async stop(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (!child || child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** It keeps its connections, takes new ones, and says nothing, until {@link resume}. */
  pause(): void {
    this.#process?.kill('SIGSTOP')
  }

  resume(): void {
    this.#process?.kill('SIGCONT')
  }

  /** Forgets everything; no connection breaks. */
  async wipe(): Promise<void> {
    await this.ask('FLUSHALL')
  }

  async ask(...command: string[]): Promise<unknown> {
    const client = createClient({ url: this.url, RESP: 2 })
    client.on('error', () => {})
    await client.connect()
    try {
      return await client.sendCommand(command)
    } finally {
      client.destroy()
    }
  }

  async #accepts(): Promise<boolean> {
    const socket = createConnection({ port: this.port, host: this.#host })
    try {
      await once(socket, 'connect')
      return true
    } finally {
      socket.destroy()
    }
  }
}

async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer()
  await once(server.listen(0, host), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
