import type { types } from 'mediasoup-client'
import { pause } from './concurrency.ts'

/** How often it is looked whether something has come, milliseconds. */
const LOOK_EVERY_MS = 750
/** In so many looks in a row something came: then nothing in so many is odd. */
const LOOKS = 2

/**
 * Watches whether packets come. A browser says only after five seconds that a path is gone; who was sent something all
 * the time can ask sooner. Ends with the signal.
 *
 * @param consumer one of those whose packets come by the path; undefined while there is none
 */
export async function watchFlow(
  consumer: () => types.Consumer | undefined,
  signal: AbortSignal,
  /** What came all the time comes no more: perhaps nobody sends, perhaps the network is gone. */
  onSilent: () => void,
): Promise<void> {
  let [before, flowing, silent] = [0, 0, 0]
  while (!signal.aborted) {
    await pause(LOOK_EVERY_MS, signal).done
    const now = await bytesReceived(consumer())
    if (signal.aborted || now === undefined) continue
    if (now !== before) [flowing, silent] = [silent > 0 ? 1 : flowing + 1, 0]
    else if (++silent === LOOKS && flowing >= LOOKS) onSilent()
    before = now
  }
}

/** By its path, whatever it belongs to; undefined where nobody can tell. */
async function bytesReceived(consumer: types.Consumer | undefined): Promise<number | undefined> {
  if (!consumer || consumer.closed) return undefined
  const report = await consumer.getStats().catch(() => undefined)
  let bytes: number | undefined
  for (const entry of report?.values() ?? [])
    if (entry.type === 'candidate-pair' && typeof entry.bytesReceived === 'number')
      bytes = (bytes ?? 0) + entry.bytesReceived
  return bytes
}
