import { MOST_LOSS } from './probing.ts'

/** So long the worker keeps a picture small that it made smaller for want of bandwidth (BweDowngradeConservativeMs). */
const CAUTION_MS = 10_000
/** The line carries so many times what is sent: what still lacks then does not lack for want of bandwidth. */
const AMPLE = 2
/** One look may be in the middle of a change. */
const AMPLE_LOOKS = 2

/** What a viewer's line is at one look. */
export type LineUse = {
  atMs: number
  /** What the line is taken for, and what is sent over it, bit/s. */
  estimate: number
  sent: number
  /** Share of packets lost on the way to the viewer, 0 to 1. */
  loss: number
}

/** One picture that was made smaller and is not yet as large as wanted again. */
export type Shrunk = { sinceMs: number; ampleLooks: number }

/** Whether a change of layers made a picture smaller although a larger one is wanted. */
export const hasShrunk = (before: number | undefined, now: number | undefined, preferred: number): boolean =>
  before !== undefined && now !== undefined && now < before && before <= preferred

/**
 * Whether a picture is small for no other reason than the worker's caution, which forgets when the consumer pauses: so it
 * is to be paused and resumed. Once only: the key frame this costs is not spent again on the same loss.
 *
 * @returns the next state; undefined: nothing is to be done for it any more
 */
export function nextCaution(
  { sinceMs, ampleLooks }: Shrunk,
  { atMs, estimate, sent, loss }: LineUse,
): { state: Shrunk | undefined; release: boolean } {
  if (atMs - sinceMs >= CAUTION_MS) return { state: undefined, release: false }
  const looks = estimate >= AMPLE * sent && loss <= MOST_LOSS ? ampleLooks + 1 : 0
  if (looks >= AMPLE_LOOKS) return { state: undefined, release: true }
  return { state: { sinceMs, ampleLooks: looks }, release: false }
}
