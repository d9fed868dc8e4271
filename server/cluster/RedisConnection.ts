import { setTimeout as delay } from 'node:timers/promises'
import { createClient, ErrorReply } from '@redis/client'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import { runInBackground } from '../lib/background.ts'
import { StartError } from '../lib/StartError.ts'

type Options = {
  url: string
  /** For the log. */
  name: string
  /** Within it every answer must come. */
  deadlineMs: number
  log: Logger
  /** The connection is there, for the first time or again. */
  handleReady?: () => void
  /** The connection is gone: what was on its way may have arrived or not. */
  handleLost?: () => void
}

const connect = (url: string) =>
  createClient({
    url,
    RESP: 2,
    // Neither waits for Redis to come back nor tries by itself: that is for RedisConnection.
    disableOfflineQueue: true,
    socket: { reconnectStrategy: false, connectTimeout: CONNECT_MS },
    maintNotifications: 'disabled',
    disableClientInfo: true,
  })
export type RedisClient = ReturnType<typeof connect>

const CONNECT_MS = 2000
const FINISH_MS = 1000
/** Before the next attempt to connect, ever later. */
const DELAYS_MS = [100, 200, 500, 1000]

/**
 * A connection to Redis that is made anew whenever it breaks, until `close()`. A Redis that does not answer counts as
 * one that is gone: it neither says so nor breaks the connection.
 */
export class RedisConnection {
  readonly #options: Options
  readonly #log: Logger
  /** The one that can be used. */
  #client: RedisClient | undefined
  #closed = false

  /** @throws StartError when Redis cannot be reached, or lets nobody in */
  static async open(options: Options): Promise<RedisConnection> {
    const connection = new RedisConnection(options)
    try {
      await connection.#connect()
    } catch (error) {
      connection.close()
      throw startError(options.url, error)
    }
    return connection
  }

  private constructor(options: Options) {
    this.#options = options
    this.#log = options.log.child({ redis: options.name })
  }

  get isReady(): boolean {
    return this.#client !== undefined
  }

  /** @throws SfuError `notReady`, whatever has gone wrong: it may have been done or not */
  async run<T>(ask: (client: RedisClient) => Promise<T>, deadlineMs = this.#options.deadlineMs): Promise<T> {
    const client = this.#client
    if (!client) throw new SfuError('notReady', 'Redis cannot be reached')
    try {
      return await answerOf(ask(client), deadlineMs)
    } catch (error) {
      // An answer, though not the one that was hoped for.
      if (error instanceof ErrorReply) this.#log.warn({ err: error }, 'redis refuses a command')
      else this.#lose(client, error)
      throw new SfuError('notReady', 'Redis has not done it', { cause: error })
    }
  }

  close(): void {
    const client = this.#stop()
    if (client) end(client)
  }

  /** Ends when what was asked is answered, or soon. */
  finish(): void {
    const client = this.#stop()
    if (client) answerOf(client.close(), FINISH_MS).catch(() => end(client))
  }

  #stop(): RedisClient | undefined {
    const client = this.#client
    this.#closed = true
    this.#client = undefined
    return client
  }

  async #connect(): Promise<void> {
    const client = connect(this.#options.url)
    // Without a listener the process would end. Until it is the one in use, connect() tells the same.
    client.on('error', (error: unknown) => this.#lose(client, error))
    try {
      await answerOf(client.connect(), CONNECT_MS)
      // Only now it is certain that commands are allowed: without a password, connecting succeeds in any case.
      await answerOf(client.ping(), CONNECT_MS)
    } catch (error) {
      end(client)
      throw error
    }
    if (this.#closed) return end(client)
    this.#client = client
    this.#options.handleReady?.()
  }

  #lose(client: RedisClient, cause: unknown): void {
    if (this.#client !== client) return
    this.#client = undefined
    end(client)
    this.#log.warn({ cause: cause instanceof Error ? cause.message : String(cause) }, 'redis is away')
    this.#options.handleLost?.()
    runInBackground(() => this.#reconnect(), this.#log)
  }

  async #reconnect(): Promise<void> {
    for (let attempt = 0; !this.#closed; attempt++) {
      await delay(DELAYS_MS[Math.min(attempt, DELAYS_MS.length - 1)], undefined, { ref: false })
      if (this.#closed) return
      try {
        await this.#connect()
        return this.#log.info('redis is back')
      } catch (error) {
        this.#log.debug({ err: error }, 'redis is still away')
      }
    }
  }
}

function end(client: RedisClient): void {
  try {
    client.destroy()
  } catch {
    // It was never open.
  }
}

/** A deadline that is fair after this process itself has stood still: what has arrived meanwhile is read first. */
async function answerOf<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => setImmediate(() => reject(new Error(`no answer within ${ms} ms`))), ms)
  })
  try {
    return await Promise.race([answer, expired])
  } finally {
    clearTimeout(timer)
  }
}

/** The password in the URL is not shown. */
function startError(url: string, error: unknown): StartError {
  const message =
    error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error)
  const place = new URL(url).host
  if (/^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR invalid password)/.test(message))
    return new StartError([`REDIS_URL: Redis at ${place} does not accept the user and password: ${message}`])
  return new StartError([`REDIS_URL: Redis at ${place} cannot be used: ${message}`])
}
