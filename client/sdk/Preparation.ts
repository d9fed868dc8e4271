import { watchPresence } from './browserEvents.ts'
import type { Call } from './Call.ts'
import { runInBackground } from './concurrency.ts'
import { toClientError } from './failures.ts'
import { afterSign, type GivenUp, HOLD_MS, nextStep, sameJoin } from './preparationPolicy.ts'
import type { JoinOptions, Log, MediaPath } from './types.ts'

type Options = {
  readonly createCall: (options: JoinOptions) => Call
  /** Undefined: nothing is known, since nothing is prepared. */
  readonly onMediaPath: (path: MediaPath | undefined) => void
  readonly onLobbyAhead: (isAhead: boolean) => void
  readonly log: Log
}

type Held = { readonly options: JoinOptions; readonly call: Call; readonly done: Promise<void> }

/**
 * What is done ahead of a join: one call at most, opened and warm, for the room and name of the last `prepare`. Owns it
 * until it is taken; closes it when nobody looks, after two minutes, or when it is no longer wanted.
 */
export class Preparation {
  readonly #options: Options
  #wanted: JoinOptions | undefined
  #held: Held | undefined
  #givenUp: GivenUp | undefined
  #holdTimer: ReturnType<typeof setTimeout> | undefined
  #typing: { readonly timer: ReturnType<typeof setTimeout>; readonly settle: () => void } | undefined
  #unwatch: (() => void) | undefined
  #hidden = false
  #mediaPath: MediaPath | undefined

  constructor(options: Options) {
    this.#options = options
  }

  /**
   * Resolves when it is done, given up, or something else is wanted.
   * @param anew gives up what there is
   * @throws SfuError | ConnectionError why the socket could not be opened
   */
  async prepare(options: JoinOptions, anew = false): Promise<void> {
    if (anew) {
      this.#drop()
      this.#setMediaPath(undefined)
    }
    if (anew || options.roomId !== this.#wanted?.roomId) this.#options.onLobbyAhead(false)
    this.#wanted = { ...options }
    this.#givenUp = undefined
    this.#watch()
    await this.#follow()
  }

  /** What is prepared, if it is for this, even if it is still on its way; anything else is closed. */
  take(options: JoinOptions): Call | undefined {
    const held = this.#held
    const fits = held !== undefined && sameJoin(held.options, options)
    if (fits) this.#held = undefined
    this.close()
    return fits ? held.call : undefined
  }

  close(): void {
    this.#wanted = undefined
    this.#unwatch?.()
    this.#unwatch = undefined
    this.#setMediaPath(undefined)
    this.#options.onLobbyAhead(false)
    runInBackground(this.#follow(), 'giving the preparation up', this.#options.log)
  }

  #watch(): void {
    if (this.#unwatch) return
    this.#hidden = false
    this.#unwatch = watchPresence({
      onHidden: (hidden) => {
        this.#hidden = hidden
        this.#handleSign('returned')
      },
      onOnline: () => this.#handleSign('returned'),
      onStir: () => {
        if (this.#givenUp === 'over') this.#handleSign('stirred')
      },
    })
  }

  #handleSign(sign: 'returned' | 'stirred'): void {
    this.#givenUp = afterSign(this.#givenUp, sign)
    runInBackground(this.#follow(), 'preparing again', this.#options.log)
  }

  /** Brings what is held in line with what is wanted. */
  #follow(): Promise<void> {
    clearTimeout(this.#typing?.timer)
    this.#typing?.settle()
    this.#typing = undefined
    const situation = { wanted: this.#wanted, hidden: this.#hidden, givenUp: this.#givenUp }
    const step = nextStep({ ...situation, held: this.#held?.options })
    if (step.action === 'keep') return this.#held?.done ?? Promise.resolve()
    if (step.action === 'open') return step.delayMs > 0 ? this.#openLater(step) : this.#open(step.options)
    this.#drop()
    return Promise.resolve()
  }

  #openLater({ options, delayMs }: { options: JoinOptions; delayMs: number }): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => this.#open(options).then(resolve, reject), delayMs)
    this.#typing = { timer, settle: resolve }
    return promise
  }

  async #open(options: JoinOptions): Promise<void> {
    this.#drop()
    const call = this.#options.createCall(options)
    const done = call
      .prepare(
        () => this.#giveUp(call, 'over'),
        (path) => this.#handleMediaPath(call, path),
        () => this.#handleLobbyAhead(call),
      )
      .catch((error: unknown) => {
        if (this.#giveUp(call, 'failed')) throw toClientError(error)
      })
    this.#held = { options, call, done }
    this.#holdTimer = setTimeout(() => this.#giveUp(call, 'over'), HOLD_MS)
    await done
  }

  /** False if it is no longer the one that is held. */
  #giveUp(call: Call, why: GivenUp): boolean {
    if (this.#held?.call !== call) return false
    this.#options.log('gave the preparation up', { why })
    this.#givenUp = why
    this.#drop()
    return true
  }

  #handleMediaPath(call: Call, path: MediaPath): void {
    if (this.#held?.call !== call) return
    // Who is warm is let in.
    this.#options.onLobbyAhead(false)
    // For each letter of a name it is prepared again; what is known of the network holds until something else is.
    if (path !== 'checking' || this.#mediaPath === undefined) this.#setMediaPath(path)
  }

  #handleLobbyAhead(call: Call): void {
    if (this.#held?.call === call) this.#options.onLobbyAhead(true)
  }

  #setMediaPath(path: MediaPath | undefined): void {
    this.#mediaPath = path
    this.#options.onMediaPath(path)
  }

  #drop(): void {
    clearTimeout(this.#holdTimer)
    const held = this.#held
    this.#held = undefined
    held?.call.close()
  }
}
