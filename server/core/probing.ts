/** So often is a viewer's line looked at while it lacks layers, milliseconds. */
export const LOOK_EVERY_MS = 1000

/** How a viewer's line is at one look. */
export type LineSample = {
  /** Something is sent in less than the layers that the viewer wants. */
  lacksLayers: boolean
  /** What the line is taken for, bit/s. */
  estimate: number
  /** Share of packets lost on the way to the viewer, 0 to 1. */
  loss: number
  /** Most that the viewer wants to be sent, bit/s. */
  cap: number | undefined
}

export type ProbeState = {
  /** What was last probed for, bit/s: the estimate stays below it. */
  limit: number | undefined
  looksToWait: number
  /** How many probes in a row found what they looked for. */
  found: number
  lastEstimate: number
}

export const NOT_PROBING: ProbeState = { limit: undefined, looksToWait: 1, found: 0, lastEstimate: 0 }

/** A probe looks for so many times the estimate; when two in a row have found as much, for more. */
const FIRST_STEPS = 2
const NEXT_STEPS = 4
/** A probe has found what it looked for when the estimate comes so near to it. */
const FOUND = 0.9
/** From a probe that finds nothing to the next. */
const LOOKS_AFTER_NOTHING = 4
/** More loss says that there is no more to be had, as libwebrtc has it. */
export const MOST_LOSS = 0.02
/** An estimate that falls faster is not settled. */
const STEADY = 0.9
/** So much more in one look was found by a probe, even where that looked for more: an estimate climbs by 8 % by itself. */
const RISEN = 1.4
/** Less to be gained is not worth a probe. */
const LEAST_GAIN = 1.2

/**
 * Whether to probe a viewer's line, and how far. Without probes an estimate climbs by 8 % a second, and it takes most of
 * a minute until a line that is free again is used. Nothing is probed while packets are lost or the estimate falls: the
 * line is full then, and the sound on it comes first.
 *
 * @returns the next state, and the limits to set, one after the other (undefined: none but the cap). The worker probes
 * when its limit changes, but never for more than the limit before, so that a lower one is taken away first.
 */
export function nextProbe(
  before: ProbeState,
  { lacksLayers, estimate, loss, cap = Number.POSITIVE_INFINITY }: LineSample,
): { state: ProbeState; limits: (number | undefined)[] } {
  if (!lacksLayers) return { state: NOT_PROBING, limits: before.limit === undefined ? [] : [undefined] }
  const reached = before.limit !== undefined && estimate >= FOUND * before.limit
  const found = reached ? before.found + 1 : 0
  const steps = found < 2 ? FIRST_STEPS : NEXT_STEPS
  const wanted = Math.min(cap, Math.round(estimate * steps))
  const risen = before.limit !== undefined && estimate >= RISEN * before.lastEstimate
  const due = reached || risen || before.looksToWait === 0
  const quiet = loss <= MOST_LOSS && estimate >= STEADY * before.lastEstimate
  if (!due || !quiet || wanted < LEAST_GAIN * estimate) {
    const looksToWait = Math.max(0, before.looksToWait - 1)
    return { state: { ...before, looksToWait, lastEstimate: estimate }, limits: [] }
  }
  // The same limit once more would be no change.
  const limit = wanted === before.limit ? wanted - 1 : wanted
  return {
    state: { limit, looksToWait: LOOKS_AFTER_NOTHING - 1, found, lastEstimate: estimate },
    limits: before.limit !== undefined && limit > before.limit ? [undefined, limit] : [limit],
  }
}
