/** Of a peer whose socket may be gone: whether it is simply here, is shown as one who comes back, or has left. */
export type Liveness = 'here' | 'reconnecting' | 'gone'

/** Most interruptions are over sooner, and nobody need hear of them, milliseconds. */
export const SHOWN_AFTER_MS = 2000
/** Whom neither signalling nor media has heard of for so long has gone, milliseconds. */
export const GONE_AFTER_MS = 10_000

/**
 * Media goes on while only signalling is cut, so a peer stays for as long as one of its transports has consent
 * (RFC 7675); only not for ever.
 *
 * @param socket whether its socket is open
 * @param ice whether one of its transports is connected
 * @param sinceMs how long ago something came by the socket, milliseconds
 * @param resumeMaxMs how long it may be without a socket in any case, milliseconds
 */
export function peerLiveness(socket: boolean, ice: boolean, sinceMs: number, resumeMaxMs: number): Liveness {
  if (socket) return 'here'
  if (sinceMs >= resumeMaxMs || (!ice && sinceMs >= GONE_AFTER_MS)) return 'gone'
  return sinceMs < SHOWN_AFTER_MS ? 'here' : 'reconnecting'
}
