import type { types } from 'mediasoup-client'

/**
 * The two SDP texts of a connection. They never change: one media section carries the packets of all producers or
 * consumers, because the server tells streams apart by SSRC, MID and RID and we by SSRC. Adding streams therefore needs no
 * renegotiation. The codec in the text is a name without meaning.
 */

export const MEDIA_MID = '0'
const APPLICATION_MID = '1'
export const PLACEHOLDER_PAYLOAD_TYPE = 96

export interface RemoteParameters {
  iceParameters: types.IceParameters
  iceCandidates: types.IceCandidate[]
  dtlsParameters: types.DtlsParameters
  sctpParameters: types.SctpParameters | undefined
}

/** The fingerprint of our certificate from the library's own offer. */
export function readFingerprint(offer: string): types.DtlsFingerprint {
  const match = /^a=fingerprint:(\S+) (\S+)/m.exec(offer)
  if (match === null || match[1] === undefined || match[2] === undefined) throw new Error('no fingerprint in the offer')
  const algorithm = match[1].toLowerCase()
  if (algorithm !== 'sha-256') throw new Error(`unexpected fingerprint algorithm ${algorithm}`)
  return { algorithm, value: match[2] }
}

/** The server's answer. We are the DTLS client: the server's side takes the passive role. */
export function writeAnswer({
  iceParameters,
  iceCandidates,
  dtlsParameters,
  sctpParameters,
}: RemoteParameters): string {
  const fingerprint =
    dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256') ?? dtlsParameters.fingerprints[0]
  if (fingerprint === undefined) throw new Error('the server gave no DTLS fingerprint')
  const ice = [
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    // The library knows no ICE over TCP on the calling side; a TCP candidate would only be tried in vain.
    ...iceCandidates.filter(({ protocol }) => protocol === 'udp').map(writeCandidate),
    'a=end-of-candidates',
  ]
  const application = sctpParameters && [
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    `a=mid:${APPLICATION_MID}`,
    'a=sendrecv',
    `a=sctp-port:${sctpParameters.port}`,
    `a=max-message-size:${sctpParameters.maxReceiveMessageSize}`,
    ...ice,
  ]
  return [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    ...(iceParameters.iceLite ? ['a=ice-lite'] : []),
    `a=group:BUNDLE ${application ? `${MEDIA_MID} ${APPLICATION_MID}` : MEDIA_MID}`,
    `a=fingerprint:${fingerprint.algorithm} ${fingerprint.value}`,
    'a=setup:passive',
    `m=video 9 UDP/TLS/RTP/SAVPF ${PLACEHOLDER_PAYLOAD_TYPE}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${MEDIA_MID}`,
    'a=sendrecv',
    'a=rtcp-mux',
    `a=rtpmap:${PLACEHOLDER_PAYLOAD_TYPE} VP8/90000`,
    ...ice,
    ...(application ?? []),
    '',
  ].join('\r\n')
}

function writeCandidate(candidate: types.IceCandidate): string {
  const { foundation, protocol, priority, port, type } = candidate
  const address = candidate.address ?? candidate.ip
  return `a=candidate:${foundation} 1 ${protocol} ${priority} ${address} ${port} typ ${type}`
}
