import { SfuError } from '../../shared/errors.ts'
import type { Input, Output, RequestName } from '../../shared/requests.ts'
import { ConnectionError } from './ConnectionError.ts'
import type { Trouble } from './reconnectPolicy.ts'
import type { Notification, SignalingClient } from './SignalingClient.ts'

export type Resumed = Output<'resume'>

/** The conversation of one session with the server, over as many sockets as it takes. Closed by its session. */
export class Line {
  /** Called for each notification, in order and without a gap. */
  onNotification: (notification: Notification) => void = () => {}
  /** The socket is gone, or of no use any more: there has to be another. */
  onLost: (trouble: Trouble) => void = () => {}
  /** How the last resume was answered. */
  resumed: Resumed | undefined
  #signaling: SignalingClient
  /** Set while there is no socket; settled when there is one again, and all that was missed is known. */
  #back: PromiseWithResolvers<void> | undefined
  #closed = false

  constructor(signaling: SignalingClient) {
    this.#signaling = signaling
    this.#listen(signaling)
  }

  get away(): boolean {
    return this.#back !== undefined
  }

  /** @throws SfuError | ConnectionError as {@link SignalingClient.request} */
  request<N extends RequestName>(name: N, input: Input<N>, deadlineMs?: number): Promise<Output<N>> {
    return this.#signaling.request(name, input, deadlineMs)
  }

  /**
   * Undefined where nobody knows whether it has arrived: the socket was lost, or did not answer in time. It resolves
   * when there is another.
   * @throws SfuError what the server refused; `roomClosed` if the line is closed meanwhile
   */
  async once<N extends RequestName>(name: N, input: Input<N>): Promise<Output<N> | undefined> {
    const signaling = this.#signaling
    try {
      return await signaling.request(name, input)
    } catch (error) {
      const timedOut = error instanceof SfuError && error.code === 'timeout'
      if (!timedOut && !(error instanceof ConnectionError)) throw error
      if (signaling === this.#signaling) this.lose({ type: 'outOfStep', detail: `no answer to ${name}` })
      await this.#back?.promise
      if (this.#closed) throw new SfuError('roomClosed', 'closed meanwhile', { cause: error })
      return undefined
    }
  }

  /** For what may arrive twice: over each new socket again, until it is answered. @throws SfuError as {@link once} */
  async deliver<N extends RequestName>(name: N, input: Input<N>): Promise<Output<N>> {
    for (;;) {
      const answer = await this.once(name, input)
      if (answer !== undefined) return answer
    }
  }

  /** Gives the socket up if it does not answer in time; a refusal is an answer, too. @returns whether it was given up */
  async probe<N extends RequestName>(name: N, input: Input<N>, deadlineMs: number): Promise<boolean> {
    const signaling = this.#signaling
    const error = await signaling.request(name, input, deadlineMs).catch((error: unknown) => error)
    const silent = error instanceof SfuError && error.code === 'timeout' && signaling === this.#signaling
    if (silent) this.lose({ type: 'outOfStep', detail: 'no sign of life' })
    return silent
  }

  /** Nothing more is wanted of this socket. */
  lose(trouble: Trouble): void {
    if (this.#back || this.#closed) return
    this.#back = Promise.withResolvers()
    this.#signaling.drop()
    this.onLost(trouble)
  }

  /**
   * Goes on over another socket; {@link arrive} ends the absence. What the server says after its answer is told at once.
   * @throws SfuError | ConnectionError as the request `resume`; the socket is closed then
   */
  async resume(signaling: SignalingClient): Promise<Resumed> {
    const { lastSeq } = this.#signaling
    this.#listen(signaling)
    try {
      this.resumed = await signaling.resume(lastSeq)
    } catch (error) {
      signaling.drop()
      throw error
    }
    if (this.#closed) signaling.close()
    this.#signaling = signaling
    return this.resumed
  }

  /** What was missed is known: whoever waited goes on. */
  arrive(): void {
    const back = this.#back
    this.#back = undefined
    back?.resolve()
    // Lost again before its answer was applied: told after that.
    queueMicrotask(() => {
      if (this.#signaling.closed) this.lose({ type: 'socketLost', detail: 'the new socket closed at once' })
    })
  }

  /** Says good-bye without waiting for an answer. */
  sendLeave(): void {
    this.#signaling.sendLeave()
  }

  close(): void {
    this.#closed = true
    this.#signaling.close()
    this.#back?.resolve()
  }

  #listen(signaling: SignalingClient): void {
    signaling.onNotification = (notification) => this.onNotification(notification)
    signaling.onGap = (detail) => this.lose({ type: 'outOfStep', detail })
    signaling.onLost = (detail) => this.lose({ type: 'socketLost', detail: `the connection was lost: ${detail}` })
  }
}
