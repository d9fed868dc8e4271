/** What to do about a call that is not as it should be, and when: pure. `Recovery` does it. */
import type { EndReason } from '../../shared/notifications.ts'
import type { Failure } from './failures.ts'

/** What keeps a session from going on as it is; it may be mended. */
export type Trouble =
  /** The socket closed without a word, or the server stopped answering. */
  | { readonly type: 'socketLost'; readonly detail: string }
  /** Notifications or answers were lost: what this client knows of the room may no longer be right. */
  | { readonly type: 'outOfStep'; readonly detail: string }
  /** A transport that was connected is so no more, for longer than a moment. */
  | { readonly type: 'mediaDown'; readonly detail: string }
  /** A transport failed; `everConnected`: whether media has ever passed. */
  | { readonly type: 'mediaFailed'; readonly everConnected: boolean; readonly detail: string }

/** Why there is no session any more. */
export type EndCause =
  | Trouble
  /** The server said so. */
  | { readonly type: 'sessionEnded'; readonly reason: EndReason }

/** A way back. `resume`: the same peer over another socket; `restartIce`: its transports over another path. */
export type Way = 'resume' | 'restartIce' | 'rejoin'

export type Cause =
  | EndCause
  /** The network is back, or another. */
  | { readonly type: 'networkChanged' }
  /** The person looks at the page again. */
  | { readonly type: 'pageVisible' }
  | {
      readonly type: 'attemptFailed'
      readonly attempted: Way
      readonly failure: Failure
      readonly retryable: boolean
    }

export type Situation = {
  /** Attempts to resume and to rejoin since the call was last well for some seconds. */
  readonly attempts: number
  /** The same of ICE. */
  readonly iceRestarts: number
  /** There is a session, which may go on. */
  readonly joined: boolean
  /** It has no socket. */
  readonly away: boolean
  /** One of its transports was connected, and is not. */
  readonly mediaDown: boolean
}

export type Decision =
  | { readonly action: Way; readonly delayMs: number }
  | { readonly action: 'close'; readonly endReason: EndReason; readonly failure: Failure | undefined }
  | { readonly action: 'none' }

/** A call that was well for so long: the next trouble starts counting anew. */
export const STABLE_AFTER_MS = 5000

/**
 * Before the first attempt, the second …, and before each after these. Other nodes know after four to six seconds that one
 * is gone: until then the attempts are so close together that the first to be sent elsewhere comes soon after.
 */
const DELAYS_MS = [0, 300, 1200, 1500, 1500, 1500, 2700, 4800, 5000]
/** About 45 seconds in all, then the person is asked. */
const MOST_ATTEMPTS = 14
/** About two minutes: nobody misses the server while media goes on, and it keeps a peer no longer. */
const MOST_ATTEMPTS_WITH_MEDIA = 48
/** Where media gets through the server should, too: it is tried more often. */
const LONGEST_DELAY_WITH_MEDIA_MS = 2500
/** Everyone in the room loses the server in the same instant; they must not all come back in one. */
const MAX_JITTER_MS = 1000
/** If the network lets no media through, another attempt does not change it. */
const MAX_ATTEMPTS_WITHOUT_MEDIA = 2
/** Whose path cannot be found anew gets new transports. */
const MAX_ICE_RESTARTS = 3

/** @param random from 0 to 1, as of `Math.random` */
export function decide(cause: Cause, situation: Situation, random: number): Decision {
  const { joined, away, mediaDown } = situation
  switch (cause.type) {
    case 'sessionEnded':
      if (FINAL.has(cause.reason)) return { action: 'close', endReason: cause.reason, failure: undefined }
      return attempt('rejoin', cause, situation, random)
    case 'socketLost':
    case 'outOfStep':
      return attempt(joined ? 'resume' : 'rejoin', cause, situation, random)
    case 'mediaDown':
      // Without a socket there is nobody to ask; it is looked at when there is one again.
      return away ? NONE : restartIce(situation)
    case 'mediaFailed':
      if (cause.everConnected && joined) return away ? NONE : restartIce(situation)
      if (!cause.everConnected && situation.attempts >= MAX_ATTEMPTS_WITHOUT_MEDIA) return giveUp(cause)
      return attempt('rejoin', cause, situation, random)
    case 'networkChanged':
      return joined && !away ? { action: 'restartIce', delayMs: 0 } : NONE
    case 'pageVisible':
      return joined && !away && mediaDown ? { action: 'restartIce', delayMs: 0 } : NONE
    case 'attemptFailed':
      return afterFailure(cause, situation, random)
  }
}

/** Whether a resume may have failed because the node is gone that has the peer: whoever answers is there. */
export const nodeMayBeGone = ({ code }: Failure): boolean => code === 'unreachable' || code === 'timeout'

/**
 * Whether a session has ended for good while another was on its way to take its place. That it had to make room, or that
 * its node has stopped, is no surprise then.
 */
export const isOverForGood = (cause: EndCause): boolean =>
  cause.type === 'sessionEnded' && cause.reason !== 'replaced' && FINAL.has(cause.reason)

/** Milliseconds before attempt number `attempt` (from 0). */
export function reconnectDelay(attempt: number, random: number): number {
  const base = DELAYS_MS[Math.min(attempt, DELAYS_MS.length - 1)] ?? 0
  return Math.round(base + random * Math.min(base, MAX_JITTER_MS))
}

const NONE: Decision = { action: 'none' }

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

function attempt(
  action: 'resume' | 'rejoin',
  cause: Cause,
  { attempts, joined, mediaDown }: Situation,
  random: number,
): Decision {
  const mediaGoesOn = joined && !mediaDown
  if (attempts >= (mediaGoesOn ? MOST_ATTEMPTS_WITH_MEDIA : MOST_ATTEMPTS)) return giveUp(cause)
  const delayMs = reconnectDelay(attempts, random)
  return { action, delayMs: mediaGoesOn ? Math.min(delayMs, LONGEST_DELAY_WITH_MEDIA_MS) : delayMs }
}

const restartIce = ({ iceRestarts }: Situation): Decision => ({
  action: iceRestarts < MAX_ICE_RESTARTS ? 'restartIce' : 'rejoin',
  delayMs: 0,
})

function afterFailure(
  cause: Extract<Cause, { type: 'attemptFailed' }>,
  situation: Situation,
  random: number,
): Decision {
  const { attempted, failure, retryable } = cause
  if (attempted === 'restartIce') {
    // Who does not answer may no longer hear: the socket is as good as lost.
    const lost = failure.code === 'unreachable' || failure.code === 'timeout'
    return { action: lost ? 'resume' : 'rejoin', delayMs: 0 }
  }
  // The word for the end says it already.
  if (failure.code === 'banned') return { action: 'close', endReason: 'banned', failure: undefined }
  if (failure.code === 'notAdmitted') return { action: 'close', endReason: 'refused', failure: undefined }
  if (attempted === 'rejoin') return retryable ? attempt('rejoin', cause, situation, random) : giveUp(cause)
  // The peer is no more, or this is another server: come in anew.
  if (failure.code === 'gone' || !retryable) return { action: 'rejoin', delayMs: 0 }
  return attempt('resume', cause, situation, random)
}

const giveUp = (cause: Cause): Decision => ({
  action: 'close',
  endReason: 'disconnected',
  failure: failureOf(cause),
})

function failureOf(cause: Cause): Failure {
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
      return { code: 'unreachable', message: 'detail' in cause ? cause.detail : 'the network changed' }
  }
}
