import type { Action } from '../../shared/access.ts'
import type { BucketSize } from './tokenBucket.ts'

/** A message that is not in the contract, or does not fit it, costs as much as so many that do. */
export const COST_OF_A_MISTAKE = 10

/** So many seconds' worth of messages may come at once. */
const BURST_SECONDS = 4

/** The part of all messages that one action may have; what a person does by hand needs little. */
const SHARES: Partial<Record<Action, number>> = {
  join: 0.05,
  publish: 0.1,
  chat: 0.05,
  raiseHand: 0.05,
  react: 0.05,
  changeRules: 0.05,
  banPeers: 0.05,
  invite: 0.05,
}
/** Much of it is not a person's doing: when many come in at once, each is an answer to all that are there. */
const OTHER_SHARE = 0.6

export type MessageLimits = {
  /** Everything on one connection. Who is above it is disconnected. */
  readonly connection: BucketSize
  /** The requests of one action. Those above it are refused. */
  readonly ofAction: (action: Action) => BucketSize
}

/** @param rate messages a second that one client may send in the long run */
export function messageLimits(rate: number): MessageLimits {
  const bucket = (perSecond: number): BucketSize => ({ capacity: perSecond * BURST_SECONDS, perSecond })
  return { connection: bucket(rate), ofAction: (action) => bucket(rate * (SHARES[action] ?? OTHER_SHARE)) }
}
