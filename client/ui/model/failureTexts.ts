import type { TextKey } from '../i18n/t.ts'
import type { FailureCode } from './Call.ts'

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
  gone: 'failure.roomClosed',
  notReady: 'failure.notReady',
  unauthorized: 'failure.unauthorized',
  notAllowed: 'failure.unauthorized',
  inviteVoid: 'failure.inviteVoid',
  protocolMismatch: 'failure.protocolMismatch',
  unknownRequest: 'failure.protocolMismatch',
  invalidInput: 'failure.invalidInput',
  unsupportedMedia: 'failure.unsupportedMedia',
  notFound: 'failure.internal',
  conflict: 'failure.internal',
  screenTaken: 'failure.internal',
  internal: 'failure.internal',
}
