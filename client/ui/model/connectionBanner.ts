/** What to say of a connection that is not as it should be: pure. */
import type { ClientState } from '../../sdk/types.ts'
import type { TextKey } from '../i18n/t.ts'

export type Banner = {
  readonly text: (TextKey & `connection.${string}`) | undefined
  /** When to look again, though nothing may have happened, by the clock of `now`. */
  readonly lookAgainAt?: number
}

/** Most interruptions are over sooner, and a word about them would be there for a blink, milliseconds. */
export const MEDIA_PATIENCE_MS = 4000
/** The same of the server alone: nobody misses it sooner. */
export const AWAY_PATIENCE_MS = 1500

type Situation = Pick<ClientState, 'connection' | 'awaySince' | 'endReason' | 'mediaDownSince' | 'serverStopsAt'>

/** @param now by `performance.now()` */
export function bannerOf(situation: Situation, now: number): Banner {
  const { connection, awaySince, endReason, mediaDownSince, serverStopsAt } = situation
  if (connection === 'connecting') return { text: 'connection.connecting' }
  if (connection === 'reconnecting' && awaySince !== undefined && mediaDownSince === undefined) {
    const lookAgainAt = awaySince + AWAY_PATIENCE_MS
    return now < lookAgainAt ? { text: undefined, lookAgainAt } : { text: 'connection.away' }
  }
  if (connection === 'reconnecting')
    return { text: endReason === 'serverStopping' ? 'connection.restarting' : 'connection.reconnecting' }
  if (connection !== 'connected') return { text: undefined }
  if (serverStopsAt !== undefined) return { text: 'connection.stopping' }
  if (mediaDownSince === undefined) return { text: undefined }
  const lookAgainAt = mediaDownSince + MEDIA_PATIENCE_MS
  return now < lookAgainAt ? { text: undefined, lookAgainAt } : { text: 'connection.mediaDown' }
}
