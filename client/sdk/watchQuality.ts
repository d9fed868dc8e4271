import type { PeerId } from '../../shared/ids.ts'
import type { ConferenceClient } from './ConferenceClient.ts'
import { qualitiesIn, sameQuality, settledQualities } from './callQuality.ts'
import { ratesBetween } from './callRates.ts'
import type { Quality } from './rateQuality.ts'
import type { CallStats } from './types.ts'

const EVERY_MS = 2000
/** Measured over some seconds: receivers report what they lost every one to five. */
const READINGS = 4

/** What of a client is measured. */
type Measured = Pick<ConferenceClient, 'state' | 'getStats'>
type Qualities = ReadonlyMap<PeerId, Quality>

/**
 * How well everyone in a call is connected, by a look every two seconds while the page is in sight; the server is asked
 * nothing. Nobody is in it who has not been measured yet.
 * @param onChange called with all of them when one is different
 * @returns ends the watch
 */
export function watchQuality(client: Measured, onChange: (qualities: Qualities) => void): () => void {
  const outOfSight = () => typeof document !== 'undefined' && document.visibilityState === 'hidden'
  let readings: CallStats[] = []
  let measured: Qualities = new Map()
  let shown: Qualities = new Map()
  let ended = false
  const show = (next: Qualities) => {
    const changed = next.size !== shown.size || [...next].some(([id, quality]) => !sameQuality(quality, shown.get(id)))
    shown = next
    if (changed) onChange(next)
  }
  const look = async () => {
    const { state } = client
    if (state.connection !== 'connected' || outOfSight()) {
      // What was measured before the gap would be taken for something that lasts.
      readings = []
      measured = new Map()
      if (state.connection !== 'connected') show(measured)
      return
    }
    const reading = await client.getStats()
    const [first] = readings
    if (ended || client.state.connection !== 'connected') return
    readings = [...readings, reading].slice(-READINGS)
    if (!first) return
    const now = qualitiesIn(client.state, ratesBetween(first, reading))
    show(settledQualities(shown, measured, now))
    measured = now
  }
  const timer = setInterval(() => void look(), EVERY_MS)
  return () => {
    ended = true
    clearInterval(timer)
  }
}
