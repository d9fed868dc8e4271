/** When to tell the server that one's own microphone rises: pure. */

/** On the scale of `measureLevel`: a voice at a desk. */
const LOUD = 0.45
/** One reading is a key that was struck; two in a row are something longer. */
const LOUD_READINGS = 2
/** Within a sentence nobody is quiet for so long. */
const SILENCE_MS = 500
/** The server takes no more than one a second. */
const INTERVAL_MS = 1000

export type HintState = {
  /** How many of the last readings were loud, in a row. */
  readonly loud: number
  /** When it was loud for the last time, milliseconds. */
  readonly loudAt: number
  readonly hintedAt: number
  /** Quiet for long enough before the present sound began. */
  readonly rose: boolean
}

export const SILENT: HintState = {
  loud: 0,
  loudAt: Number.NEGATIVE_INFINITY,
  hintedAt: Number.NEGATIVE_INFINITY,
  rose: false,
}

/**
 * After one more reading: a hint is due when it gets loud after a silence.
 * @param level 0 to 1
 * @param now milliseconds
 */
export function nextHint(state: HintState, level: number, now: number): { state: HintState; hint: boolean } {
  if (level < LOUD) return { state: { ...state, loud: 0, rose: false }, hint: false }
  const rose = state.rose || (state.loud === 0 && now - state.loudAt >= SILENCE_MS)
  const loud = state.loud + 1
  const hint = rose && loud >= LOUD_READINGS && now - state.hintedAt >= INTERVAL_MS
  return { state: { loud, loudAt: now, hintedAt: hint ? now : state.hintedAt, rose: rose && !hint }, hint }
}

/** What of the call decides whether hints are of use. */
type Situation = {
  readonly connected: boolean
  readonly ownMicOn: boolean
  /** One's own among them. */
  readonly openMicrophones: number
  readonly allVoicesUpTo: number
}

/** Where everyone is forwarded anyway, and while one is muted, nobody needs to listen. */
export const hintsAreOfUse = ({ connected, ownMicOn, openMicrophones, allVoicesUpTo }: Situation): boolean =>
  connected && ownMicOn && openMicrophones > allVoicesUpTo
