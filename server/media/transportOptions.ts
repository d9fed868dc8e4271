import type { types } from 'mediasoup'
import type { TransportId } from '../../shared/ids.ts'
import type { TransportOptions } from '../../shared/requests.ts'
import { announceCandidates } from '../core/candidates.ts'

/** What a client needs to build its side of a transport. */
export function transportOptions(
  transport: types.WebRtcTransport,
  announcedAddresses: readonly string[],
): TransportOptions {
  return {
    id: transport.id as TransportId,
    iceParameters: transport.iceParameters,
    iceCandidates: announceCandidates(transport.iceCandidates, announcedAddresses),
    dtlsParameters: transport.dtlsParameters,
  }
}
