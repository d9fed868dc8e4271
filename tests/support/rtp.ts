/** RTP and DTLS parameters as a browser would send them, for tests without one. */
import { routerRtpCapabilities } from '../../server/media/codecs.ts'
import type { DtlsParameters, RtpCapabilities, RtpParameters } from '../../shared/media.ts'

/** A client that receives all that a router carries. */
export const fullCapabilities = (): RtpCapabilities => routerRtpCapabilities()

/** A client that receives no video. */
export const audioCapabilities = (): RtpCapabilities => {
  const { codecs, headerExtensions } = routerRtpCapabilities()
  return { codecs: codecs.filter((codec) => codec.kind === 'audio'), headerExtensions }
}

export const dtlsParameters = (): DtlsParameters => ({
  role: 'client',
  fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'A7').join(':') }],
})

let lastSsrc = 1000

export const opusParameters = (): RtpParameters => ({
  mid: String(++lastSsrc % 1000),
  codecs: [
    { mimeType: 'audio/opus', payloadType: 111, clockRate: 48000, channels: 2, parameters: { useinbandfec: 1 } },
  ],
  encodings: [{ ssrc: ++lastSsrc, dtx: true }],
  rtcp: { cname: 'test' },
})

/** VP8 in three simulcast layers with RTX. */
export const vp8Parameters = (): RtpParameters => ({
  mid: String(++lastSsrc % 1000),
  codecs: [
    {
      mimeType: 'video/VP8',
      payloadType: 96,
      clockRate: 90000,
      rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
    },
    { mimeType: 'video/rtx', payloadType: 97, clockRate: 90000, parameters: { apt: 96 } },
  ],
  headerExtensions: [
    { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4 },
    { uri: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', id: 10 },
  ],
  encodings: [
    { rid: 'r0', maxBitrate: 150_000, scalabilityMode: 'L1T3' },
    { rid: 'r1', maxBitrate: 500_000, scalabilityMode: 'L1T3' },
    { rid: 'r2', maxBitrate: 1_500_000, scalabilityMode: 'L1T3' },
  ],
  rtcp: { cname: 'test' },
})
