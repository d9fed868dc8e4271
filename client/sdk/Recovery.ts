import { ConnectionError } from './ConnectionError.ts'
import { pause, runInBackground } from './concurrency.ts'
import { toClientError, toFailure } from './failures.ts'
import {
  type Cause,
  type Decision,
  decide,
  type EndCause,
  type Situation,
  STABLE_AFTER_MS,
  type Way,
} from './reconnectPolicy.ts'
import type { Log } from './types.ts'

/** What a recovery sees and does of its call. */
export type Patient = {
  /** Of the session; undefined while there is none. */
  readonly session: () => Pick<Situation, 'away' | 'mediaDown'> | undefined
  /** @throws SfuError | ConnectionError what the server refused, or that it cannot be reached */
  readonly perform: (way: Way, signal: AbortSignal) => Promise<void>
  /** There is no session any more, or it is of no use. */
  readonly onLost: (cause: EndCause) => void
  readonly onClose: (decision: Extract<Decision, { action: 'close' }>) => void
  readonly log: Log
}

/** Brings a call back, whatever happens to it: asks the policy, and does what it says. Ends with its signal. */
export class Recovery {
  readonly #patient: Patient
  readonly #signal: AbortSignal
  #running = false
  /** What cannot wait for the look after the attempt. */
  #news: EndCause | undefined
  #attempts = 0
  #iceRestarts = 0
  /** Since when the call has been well, by `performance.now()`. */
  #wellSince = 0
  #wake = () => {}
  #attempt = new AbortController()

  constructor(patient: Patient, signal: AbortSignal) {
    this.#patient = patient
    this.#signal = signal
  }

  /** For the first time in the room, or back in it. */
  handleWell(): void {
    this.#wellSince = performance.now()
  }

  report(cause: Cause): void {
    if (!this.#running) runInBackground(this.#run(cause), 'recovering', this.#patient.log)
    else if (cause.type === 'networkChanged' || cause.type === 'pageVisible') this.#hurry()
    else if (cause.type === 'sessionEnded') {
      this.#news = cause
      this.#hurry()
    } else if (cause.type === 'mediaFailed') this.#news ??= cause
    // All else is seen after the attempt.
  }

  /** A good moment to try again: what hangs in a network that is gone does not come out of it. */
  #hurry(): void {
    this.#wake()
    this.#attempt.abort(new ConnectionError('the network changed'))
  }

  async #run(cause: Cause): Promise<void> {
    this.#running = true
    try {
      this.#forgetOld(cause)
      let why: Cause | undefined = cause
      while (why !== undefined && !this.#signal.aborted) why = await this.#step(why)
    } finally {
      this.#running = false
    }
  }

  /** @returns what is still wrong */
  async #step(why: Cause): Promise<Cause | undefined> {
    const { session, perform, onLost, onClose, log } = this.#patient
    const decision = decide(why, this.#situation, Math.random())
    log('decided about the call', { why: why.type, ...decision })
    if (decision.action === 'none') return this.#whatIsLeft()
    if (decision.action === 'close') {
      onClose(decision)
      return undefined
    }
    const { action, delayMs } = decision
    if (action === 'rejoin' && (session() || why.type === 'sessionEnded')) onLost(endOf(why))
    this.#attempt = new AbortController()
    const waiting = pause(delayMs, this.#signal)
    this.#wake = waiting.wake
    await waiting.done
    if (this.#signal.aborted) return undefined
    // What woke it up is not to end the attempt that follows.
    this.#attempt = new AbortController()
    if (this.#news) return this.#takeNews()
    try {
      if (action === 'restartIce') this.#iceRestarts++
      else this.#attempts++
      await perform(action, AbortSignal.any([this.#signal, this.#attempt.signal]))
      return this.#takeNews() ?? this.#whatIsLeft()
    } catch (error) {
      const hurried = this.#attempt.signal.aborted
      const failed = { attempted: action, failure: toFailure(error), retryable: toClientError(error).retryable }
      if (hurried) this.#attempts = 0
      return this.#takeNews() ?? { type: 'attemptFailed', ...failed }
    }
  }

  get #situation(): Situation {
    const session = this.#patient.session()
    return {
      attempts: this.#attempts,
      iceRestarts: this.#iceRestarts,
      joined: session !== undefined,
      away: session?.away ?? false,
      mediaDown: session?.mediaDown ?? false,
    }
  }

  #whatIsLeft(): Cause | undefined {
    const session = this.#patient.session()
    if (session?.away) return { type: 'socketLost', detail: 'lost once more' }
    if (session?.mediaDown) return { type: 'mediaDown', detail: 'still down' }
    return undefined
  }

  #takeNews(): EndCause | undefined {
    const news = this.#news
    this.#news = undefined
    return news
  }

  #forgetOld(cause: Cause): void {
    const mediaPassed = cause.type !== 'mediaFailed' || cause.everConnected
    if (!mediaPassed || performance.now() - this.#wellSince < STABLE_AFTER_MS) return
    this.#attempts = 0
    this.#iceRestarts = 0
  }
}

/** In the words of a session's end. */
function endOf(cause: Cause): EndCause {
  switch (cause.type) {
    case 'attemptFailed':
      return { type: 'socketLost', detail: cause.failure.message }
    case 'networkChanged':
    case 'pageVisible':
      return { type: 'socketLost', detail: 'the network changed' }
    default:
      return cause
  }
}
