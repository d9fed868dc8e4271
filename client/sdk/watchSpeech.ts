import { measureLevel } from './levelMeter.ts'

/** On the scale of `levelOf`: a voice at a desk is above the first; a fan or a street below the second. */
const LOUD = 0.45
const QUIET = 0.35
/** So much of it is no cough and no key that was struck. */
const SPEECH_MS = 300
/** Between two sentences. */
const PAUSE_MS = 1000
/** A page that is not in sight is called less often; one reading says little about the time before it. */
const LONGEST_STEP_MS = 200

export type SpeechState = {
  readonly speaking: boolean
  /** How much of it was loud lately, milliseconds. */
  readonly loudMs: number
  /** How long it has been quiet, milliseconds. */
  readonly quietMs: number
}

export const SILENCE: SpeechState = { speaking: false, loudMs: 0, quietMs: 0 }

/**
 * Whether somebody speaks, after one more reading: pure. What is loud for a third of a second begins it, a second of
 * quiet ends it; what is between loud and quiet changes nothing.
 * @param level 0 to 1, as of `measureLevel`
 * @param elapsedMs since the reading before
 */
export function nextSpeech({ speaking, loudMs, quietMs }: SpeechState, level: number, elapsedMs: number): SpeechState {
  const stepMs = Math.min(elapsedMs, LONGEST_STEP_MS)
  if (level >= LOUD) {
    const loud = Math.min(SPEECH_MS, loudMs + stepMs)
    return { speaking: speaking || loud >= SPEECH_MS, loudMs: loud, quietMs: 0 }
  }
  if (level >= QUIET) return { speaking, loudMs, quietMs: 0 }
  const quiet = quietMs + stepMs
  if (speaking && quiet < PAUSE_MS) return { speaking, loudMs, quietMs: quiet }
  return { speaking: false, loudMs: speaking ? 0 : Math.max(0, loudMs - stepMs), quietMs: quiet }
}

/**
 * Calls back when somebody begins to speak into a microphone, also while its track is muted (`enabled` is false). For
 * that it listens to a copy of the track; the copy is measured in this page and never sent, recorded or kept. It lasts
 * until the end of the watch: so does the browser's sign that the microphone is in use, as with any muted track.
 * @returns ends the watch and lets go of the copy
 */
export function watchSpeech(track: MediaStreamTrack, onSpeech: () => void): () => void {
  const copy = track.clone()
  copy.enabled = true
  let state = SILENCE
  let readAt = performance.now()
  const stop = measureLevel(copy, (level) => {
    const now = performance.now()
    const next = nextSpeech(state, level, now - readAt)
    const begins = next.speaking && !state.speaking
    readAt = now
    state = next
    if (begins) onSpeech()
  })
  return () => {
    stop()
    copy.stop()
  }
}
