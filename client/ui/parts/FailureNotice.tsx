import { type TextKey, t } from '../i18n/t.ts'
import type { FailureCode } from '../model/Call.ts'
import { useModel } from '../model/model.ts'
import { Notice } from './Notice.tsx'

/** What to tell a person for each way in which joining can fail; what is the page's own fault reads as the server's. */
export const FAILURE_TEXTS: Readonly<Record<FailureCode, TextKey & `failure.${string}`>> = {
  unreachable: 'failure.unreachable',
  noMedia: 'failure.noMedia',
  timeout: 'failure.timeout',
  tooMany: 'failure.tooMany',
  roomFull: 'failure.roomFull',
  noEntry: 'failure.noEntry',
  inLobby: 'failure.noEntry',
  notAdmitted: 'failure.notAdmitted',
  roomLocked: 'failure.roomLocked',
  banned: 'failure.banned',
  roomClosed: 'failure.roomClosed',
  notReady: 'failure.notReady',
  unauthorized: 'failure.unauthorized',
  notAllowed: 'failure.unauthorized',
  protocolMismatch: 'failure.protocolMismatch',
  unknownRequest: 'failure.protocolMismatch',
  invalidInput: 'failure.invalidInput',
  unsupportedMedia: 'failure.unsupportedMedia',
  notFound: 'failure.internal',
  conflict: 'failure.internal',
  internal: 'failure.internal',
}

/** Why the last attempt to join failed. */
export function FailureNotice() {
  const { call } = useModel()
  const code = call.failure.value
  if (!code) return null
  return (
    <div data-testid="failure" data-code={code}>
      <Notice tone="danger" title={t(FAILURE_TEXTS[code])} />
    </div>
  )
}
