/** Who is looked at while several talk: damped, so that a cough does not turn the whole picture over. */
import type { PeerId } from '../../../shared/ids.ts'

export type Held = {
  readonly peerId: PeerId | undefined
  /** Since when, milliseconds of any one clock. */
  readonly since: number
  /** When to look again, though nothing may have happened; absent: not needed. */
  readonly lookAgainAt?: number
}

export const NOBODY: Held = { peerId: undefined, since: Number.NEGATIVE_INFINITY }

/** Nobody comes forward for less than this, milliseconds. */
export const HOLD_MS = 2000
/** Who still talks stays longer, or two people who talk at once would change places all the time. */
export const TALKING_HOLD_MS = 6000

/**
 * @param speakers who speaks now, the loudest first; only those who may come forward
 * @param present everyone who may be looked at
 */
export function holdSpeaker(held: Held, speakers: readonly PeerId[], present: readonly PeerId[], now: number): Held {
  const wanted = speakers.find((id) => present.includes(id))
  const { peerId, since } = held
  if (peerId === undefined || !present.includes(peerId)) {
    return wanted === undefined ? NOBODY : { peerId: wanted, since: now }
  }
  if (wanted === undefined || wanted === peerId) return { peerId, since }
  const until = since + (speakers.includes(peerId) ? TALKING_HOLD_MS : HOLD_MS)
  return now >= until ? { peerId: wanted, since: now } : { peerId, since, lookAgainAt: until }
}
