import { pause } from './concurrency.ts'

/** Somebody may have stopped sending in this very moment; the others are to see this person all the same. */
const LONGEST_WAIT_MS = 250

/**
 * Waits until the first picture is on its way, a quarter of a second at most; not at all if there is none to come.
 * Starting the own camera's encoders takes a processor just as long as showing the first picture of another. Never
 * rejects.
 */
export async function untilMediaFlows(tracks: readonly MediaStreamTrack[], signal: AbortSignal): Promise<void> {
  const pictures = tracks.filter(({ kind }) => kind === 'video')
  // Outside of browsers a track may not know whether anything comes (W3C mediacapture-streams, 4.3.1).
  if (pictures.length === 0 || pictures.some(({ muted }) => muted !== true)) return
  const { done, wake } = pause(LONGEST_WAIT_MS, signal)
  for (const track of pictures) track.addEventListener('unmute', wake, { once: true })
  await done
  for (const track of pictures) track.removeEventListener('unmute', wake)
}
