import { io, type Socket } from 'socket.io-client'
import { SfuError } from '../../shared/errors.ts'
import type { NotificationData, NotificationName } from '../../shared/notifications.ts'
import { type Ack, type Handshake, PROTOCOL_VERSION, SOCKET_PATH } from '../../shared/protocol.ts'
import type { Input, Output, RequestName } from '../../shared/requests.ts'
import { ConnectionError } from './ConnectionError.ts'
import { fromWire, isErrorCode } from './failures.ts'

const HANDSHAKE_DEADLINE_MS = 10_000
const REQUEST_DEADLINE_MS = 10_000
/** The server first finishes what the socket before has begun. */
const RESUME_DEADLINE_MS = 6000

/** One notification with the type of its data: narrow by `name`. */
export type Notification = {
  [N in NotificationName]: { readonly name: N; readonly data: NotificationData<N> }
}[NotificationName]

type OpenOptions = {
  /** Of the node: its origin, perhaps with a path. */
  readonly url: string
  readonly token: string
  readonly signal: AbortSignal
}

/**
 * One socket: requests with a deadline, notifications in order. It dies with its socket and never reconnects: whether to
 * come back, and as what, is decided above it.
 */
export class SignalingClient {
  /** Called for each notification, in order and without a gap. */
  onNotification: (notification: Notification) => void = () => {}
  /** Called once if a notification is missing; the socket is dropped then. */
  onGap: (detail: string) => void = () => {}
  /** Called once when the socket closes and {@link close} was not the cause. */
  onLost: (detail: string) => void = () => {}

  readonly #socket: Socket
  #lastSeq = 0
  #closed = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.onAny((name: string, data: unknown, seq: unknown) => this.#handleEvent(name, data, seq))
    socket.on('disconnect', (reason) => this.#handleDisconnect(reason))
  }

  /**
   * Opens the socket; the session is then in state `waiting`.
   * @throws SfuError the server's refusal, or `timeout`
   * @throws ConnectionError if the server cannot be reached
   */
  static async open({ url, token, signal }: OpenOptions): Promise<SignalingClient> {
    signal.throwIfAborted()
    const auth: Handshake = { token, protocol: PROTOCOL_VERSION }
    const { origin, pathname } = new URL(url)
    // To socket.io a path behind the origin would be the name of a namespace.
    const socket = io(origin, {
      path: `${pathname.replace(/\/$/, '')}${SOCKET_PATH}`,
      transports: ['websocket'],
      auth,
      forceNew: true,
      reconnection: false,
      timeout: HANDSHAKE_DEADLINE_MS,
    })
    const client = new SignalingClient(socket)
    try {
      await connected(socket, signal)
      return client
    } catch (error) {
      client.close()
      throw error
    }
  }

  /** Whether nothing more comes or goes. */
  get closed(): boolean {
    return this.#closed
  }

  /** The number of the last notification. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  /**
   * @throws SfuError the server's refusal, or `timeout` after ten seconds
   * @throws ConnectionError if the socket is gone or goes before the answer
   */
  request<N extends RequestName>(name: N, input: Input<N>, deadlineMs = REQUEST_DEADLINE_MS): Promise<Output<N>> {
    return this.#request(name, input, deadlineMs, () => {})
  }

  /**
   * Goes on where another socket stopped: the notification after those of the answer is the next.
   * @throws SfuError | ConnectionError as {@link request}
   */
  resume(lastSeq: number): Promise<Output<'resume'>> {
    return this.#request('resume', { lastSeq }, RESUME_DEADLINE_MS, ({ seq }) => {
      this.#lastSeq = seq
    })
  }

  /** Says good-bye without waiting for an answer; the page may be gone in a moment. */
  sendLeave(): void {
    if (this.#socket.connected) this.#socket.emit('leave', {}, () => {})
  }

  /** Without a word: the peer stays, for another socket. */
  drop(): void {
    this.#closed = true
    this.#socket.offAny()
    this.#socket.removeAllListeners()
    this.#socket.io.engine.close()
  }

  /** Takes leave of the server. */
  close(): void {
    this.#closed = true
    this.#socket.offAny()
    this.#socket.removeAllListeners()
    this.#socket.disconnect()
  }

  /** @param onAnswer called before anything else that the server sends */
  #request<N extends RequestName>(
    name: N,
    input: Input<N>,
    deadlineMs: number,
    onAnswer: (data: Output<N>) => void,
  ): Promise<Output<N>> {
    return new Promise((resolve, reject) => {
      // socket.io would keep the message for a connection that never comes.
      if (!this.#socket.connected) return reject(new ConnectionError('the connection to the server is closed'))
      this.#socket.timeout(deadlineMs).emit(name, input, (error: Error | null, answer: Ack<Output<N>>) => {
        if (error === null && answer.ok) {
          onAnswer(answer.data)
          resolve(answer.data)
        } else if (error === null) reject(fromWire(answer) ?? new SfuError('internal'))
        else if (this.#socket.connected) reject(new SfuError('timeout', `no answer to ${name}`, { cause: error }))
        else reject(new ConnectionError(`the connection was lost during ${name}`, { cause: error }))
      })
    })
  }

  #handleEvent(name: string, data: unknown, seq: unknown): void {
    if (this.#closed || typeof seq !== 'number' || seq <= this.#lastSeq) return
    if (seq !== this.#lastSeq + 1) {
      this.drop()
      this.onGap(`notification ${seq} (${name}) came after ${this.#lastSeq}`)
      return
    }
    this.#lastSeq = seq
    // The server checks what it sends against the same table; a name that only a newer one knows finds no reader.
    this.onNotification({ name, data } as Notification)
  }

  #handleDisconnect(reason: string): void {
    if (this.#closed) return
    this.drop()
    this.onLost(reason)
  }
}

/** Resolves when the server has admitted the socket. */
function connected(socket: Socket, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const handleAbort = () => reject(signal.reason)
  const timer = setTimeout(() => reject(new SfuError('timeout', 'the handshake took too long')), HANDSHAKE_DEADLINE_MS)
  signal.addEventListener('abort', handleAbort, { once: true })
  socket.once('connect', resolve)
  socket.once('connect_error', (error) => reject(toHandshakeError(error)))
  socket.once('disconnect', (reason) => reject(new ConnectionError(`closed during the handshake: ${reason}`)))
  return promise.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', handleAbort)
  })
}

/** A refusal of the server's middleware carries its error as `data` or in its message; all else is the network. */
function toHandshakeError(error: Error & { data?: unknown }): SfuError | ConnectionError {
  const refusal = fromWire(error.data)
  if (refusal !== undefined) return refusal
  if (isErrorCode(error.message)) return new SfuError(error.message)
  return new ConnectionError(`cannot open the socket: ${error.message}`, { cause: error })
}
