/** What the connection test before the join says: pure. */
import type { MediaPath } from '../../sdk/types.ts'
import type { TextKey } from '../i18n/t.ts'
import type { Readiness } from './Call.ts'
import { FAILURE_TEXTS } from './failureTexts.ts'

export type Finding = {
  /** `limited`: it works, less well than it could. */
  readonly state: 'checking' | 'ready' | 'limited' | 'failed'
  readonly text: TextKey
}

const BY_MEDIA: Readonly<Record<MediaPath, Finding>> = {
  checking: { state: 'checking', text: 'prejoin.checkingMedia' },
  udp: { state: 'ready', text: 'prejoin.mediaUdp' },
  tcp: { state: 'limited', text: 'prejoin.mediaTcp' },
  none: { state: 'failed', text: 'prejoin.mediaNone' },
}

/**
 * @param readiness whether the server answers
 * @param mediaPath whether sound and picture get through to it; undefined where that cannot be found out beforehand
 */
export function findingOf(readiness: Readiness, mediaPath: MediaPath | undefined): Finding | undefined {
  if (readiness === 'unknown') return undefined
  if (readiness === 'checking') return { state: 'checking', text: 'prejoin.checking' }
  if (readiness !== 'ready') return { state: 'failed', text: FAILURE_TEXTS[readiness] }
  return mediaPath === undefined ? { state: 'ready', text: 'prejoin.ready' } : BY_MEDIA[mediaPath]
}
