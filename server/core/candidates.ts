import { isIPv6 } from 'node:net'
import type { IceCandidate } from '../../shared/media.ts'

/**
 * A worker listens on the unspecified address, once for each family and protocol; clients need addresses that they can
 * reach. Makes one candidate for each listener and announced address of its family (host names count as IPv4).
 *
 * Priorities follow RFC 8445, section 5.1.2.1: UDP before TCP, earlier addresses before later ones. Foundations differ
 * by address and protocol (section 5.1.1.3), or browsers would freeze one pair for the other.
 */
export function announceCandidates(listening: readonly IceCandidate[], announced: readonly string[]): IceCandidate[] {
  return announced.flatMap((address, rank) =>
    listening
      .filter((candidate) => isIPv6(candidate.ip) === isIPv6(address))
      .map((candidate) => ({
        ...candidate,
        address,
        ip: address,
        foundation: `${candidate.protocol}${rank}`,
        priority: priorityOf(candidate, rank),
      })),
  )
}

const HOST_TYPE_PREFERENCE = 126
const COMPONENT = 1

function priorityOf(candidate: IceCandidate, rank: number): number {
  // RFC 6544, section 4.2: the direction part keeps passive TCP below UDP in the local preference.
  const localPreference = (candidate.protocol === 'udp' ? 65535 : 32767) - rank
  return HOST_TYPE_PREFERENCE * 2 ** 24 + localPreference * 2 ** 8 + (256 - COMPONENT)
}
