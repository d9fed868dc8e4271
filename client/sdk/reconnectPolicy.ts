/** Whether and when to join again: pure. Later steps (resume before rejoin) are decided here too. */
import type { EndReason } from '../../shared/notifications.ts'
import type { Failure } from './failures.ts'

/** Why there is no session any more, or still none. */
export type EndCause =
  /** The socket closed without a word, or the server stopped answering. */
  | { readonly type: 'socketLost'; readonly detail: string }
  /** The server said so. */
  | { readonly type: 'sessionEnded'; readonly reason: EndReason }
  /** A transport failed for good; `everConnected`: whether media has ever passed. */
  | { readonly type: 'mediaFailed'; readonly everConnected: boolean; readonly detail: string }
  /** Notifications were lost: what this client knows of the room is no longer right. */
  | { readonly type: 'outOfStep'; readonly detail: string }
  /** An attempt to join again did not succeed. */
  | { readonly type: 'attemptFailed'; readonly failure: Failure; readonly retryable: boolean }

export type Decision =
  | { readonly action: 'rejoin'; readonly delayMs: number }
  | { readonly action: 'close'; readonly endReason: EndReason; readonly failure: Failure | undefined }

/** A session that lasted so long is a success: the next loss starts counting anew. */
export const STABLE_AFTER_MS = 5000

/** Before the first attempt, the second …: about 45 seconds in all, then the person is asked. */
const DELAYS_MS = [0, 300, 1200, 2700, 4800, 5000, 5000, 5000, 5000, 5000, 5000, 5000]
/** Everyone in the room loses the server in the same instant; they must not all come back in one. */
const MAX_JITTER_MS = 1000
/** If the network lets no media through, another attempt does not change it. */
const MAX_ATTEMPTS_WITHOUT_MEDIA = 2

/**
 * @param attempts how many attempts there were since the last stable session
 * @param random from 0 to 1, as of `Math.random`
 */
export function decide(cause: EndCause, attempts: number, random: number): Decision {
  const final = finalReason(cause, attempts)
  if (final !== undefined) return { action: 'close', ...final }
  const delayMs = reconnectDelay(attempts, random)
  if (delayMs === undefined) return { action: 'close', endReason: 'disconnected', failure: failureOf(cause) }
  return { action: 'rejoin', delayMs }
}

/** Milliseconds before attempt number `attempt` (from 0); undefined when it is time to give up. */
export function reconnectDelay(attempt: number, random: number): number | undefined {
  const base = DELAYS_MS[attempt]
  if (base === undefined) return undefined
  return Math.round(base + random * Math.min(base, MAX_JITTER_MS))
}

/** Somebody wanted it so. After `movedToLobby`, joining again leads into the lobby. */
const FINAL: ReadonlySet<EndReason> = new Set([
  'left',
  'roomClosed',
  'callEnded',
  'removed',
  'banned',
  'replaced',
  'refused',
  // Who comes back after flooding would only flood again.
  'flooding',
])

function finalReason(
  cause: EndCause,
  attempts: number,
): Omit<Extract<Decision, { action: 'close' }>, 'action'> | undefined {
  switch (cause.type) {
    case 'sessionEnded':
      return FINAL.has(cause.reason) ? { endReason: cause.reason, failure: undefined } : undefined
    case 'attemptFailed': {
      const { code } = cause.failure
      // The word for the end says it already.
      if (code === 'banned') return { endReason: 'banned', failure: undefined }
      if (code === 'notAdmitted') return { endReason: 'refused', failure: undefined }
      return cause.retryable ? undefined : { endReason: 'disconnected', failure: cause.failure }
    }
    case 'mediaFailed':
      if (cause.everConnected || attempts < MAX_ATTEMPTS_WITHOUT_MEDIA) return undefined
      return { endReason: 'disconnected', failure: failureOf(cause) }
    default:
      return undefined
  }
}

function failureOf(cause: EndCause): Failure {
  switch (cause.type) {
    case 'attemptFailed':
      return cause.failure
    case 'mediaFailed':
      return {
        code: cause.everConnected ? 'unreachable' : 'noMedia',
        message: cause.everConnected
          ? `the media connection was lost: ${cause.detail}`
          : `no media gets through between here and the server: ${cause.detail}`,
      }
    case 'sessionEnded':
      return { code: 'unreachable', message: `the server ended the session: ${cause.reason}` }
    default:
      return { code: 'unreachable', message: cause.detail }
  }
}
