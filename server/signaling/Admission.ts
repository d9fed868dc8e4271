import type { Action } from '../../shared/access.ts'
import { SfuError } from '../../shared/errors.ts'
import { COST_OF_A_MISTAKE, type MessageLimits } from '../core/messageLimits.ts'
import { fullBucket, type TokenBucket, take } from '../core/tokenBucket.ts'

/**
 * What one connection may still send. A request above the rate of its action is refused; whoever goes on, or keeps
 * sending what is not in the contract, empties the bucket of the connection and is told so once. Dies with the connection.
 */
export class Admission {
  /** Called once, when the bucket of the connection is empty. */
  onEmpty: () => void
  readonly #limits: MessageLimits
  readonly #now: () => number
  readonly #ofAction = new Map<Action, TokenBucket>()
  #connection: TokenBucket
  #empty = false

  constructor({ limits, now, onEmpty }: { limits: MessageLimits; now: () => number; onEmpty: () => void }) {
    this.#limits = limits
    this.#now = now
    this.onEmpty = onEmpty
    this.#connection = fullBucket(limits.connection, now())
  }

  /** A packet of any kind, before anything looks into it. */
  countPacket(): void {
    this.#spend(1)
  }

  /** @throws SfuError `tooMany` */
  admit(action: Action): void {
    const size = this.#limits.ofAction(action)
    const now = this.#now()
    const { granted, bucket } = take(this.#ofAction.get(action) ?? fullBucket(size, now), size, { cost: 1, now })
    this.#ofAction.set(action, bucket)
    if (!granted) throw new SfuError('tooMany', `too many requests to ${action}; try again in a second`)
  }

  /** A message that is not in the contract, or does not fit it. */
  countMistake(): void {
    this.#spend(COST_OF_A_MISTAKE)
  }

  /** Nothing more is wanted from this connection. */
  exhaust(): void {
    if (this.#empty) return
    this.#empty = true
    this.onEmpty()
  }

  #spend(cost: number): void {
    if (this.#empty) return
    const { granted, bucket } = take(this.#connection, this.#limits.connection, { cost, now: this.#now() })
    this.#connection = bucket
    if (!granted) this.exhaust()
  }
}
