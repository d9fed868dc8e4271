/** What browsers send, with a number that makes each one's ssrc and mid its own. */
import { routerRtpCapabilities } from '../../../server/media/codecs.ts'

export function rtpParametersTemplate(seed: number): unknown {
  const ssrc = 10 + (seed % 400_000_000) * 10
  const mid = String(seed % 1_000_000)
  return TEMPLATES[seed % TEMPLATES.length]?.(ssrc, mid)
}

export const rtpCapabilitiesTemplate = (): unknown => routerRtpCapabilities()

export const dtlsTemplate = (seed: number): unknown => ({
  role: 'client',
  fingerprints: [
    { algorithm: 'sha-256', value: Array.from({ length: 32 }, (_, at) => hex((seed >> (at % 24)) & 255)).join(':') },
  ],
})

const hex = (byte: number) => byte.toString(16).padStart(2, '0').toUpperCase()

const EXTENSIONS = [
  { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 1 },
  { uri: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', id: 2 },
  { uri: 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id', id: 3 },
  { uri: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time', id: 4, encrypt: false, parameters: {} },
]
const FEEDBACK = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }]

const video = (mimeType: string, parameters: Record<string, string | number>) => [
  { mimeType, payloadType: 96, clockRate: 90000, parameters, rtcpFeedback: FEEDBACK },
  { mimeType: 'video/rtx', payloadType: 97, clockRate: 90000, parameters: { apt: 96 }, rtcpFeedback: [] },
]

const simulcast = (codecs: unknown[]) => (ssrc: number, mid: string) => ({
  mid,
  codecs,
  headerExtensions: EXTENSIONS,
  encodings: ['r0', 'r1', 'r2'].map((rid, at) => ({
    rid,
    maxBitrate: 150_000 * (at + 1),
    scalabilityMode: 'L1T3',
    scaleResolutionDownBy: 4 / 2 ** at,
    active: true,
  })),
  rtcp: { cname: `c${ssrc}`, reducedSize: true },
  msid: `s${ssrc} t`,
})

const single = (codecs: unknown[], scalabilityMode: string) => (ssrc: number, mid: string) => ({
  mid,
  codecs,
  headerExtensions: EXTENSIONS,
  encodings: [{ ssrc, rtx: { ssrc: ssrc + 1 }, scalabilityMode, maxBitrate: 1_000_000, priority: 'low' }],
  rtcp: { cname: `c${ssrc}` },
})

const audio = (ssrc: number, mid: string) => ({
  mid,
  codecs: [
    {
      mimeType: 'audio/opus',
      payloadType: 111,
      clockRate: 48000,
      channels: 2,
      parameters: { minptime: 10, useinbandfec: 1 },
      rtcpFeedback: [],
    },
  ],
  headerExtensions: EXTENSIONS.slice(0, 1),
  encodings: [{ ssrc, dtx: true }],
  rtcp: { cname: `c${ssrc}` },
})

const TEMPLATES = [
  audio,
  simulcast(video('video/VP8', {})),
  audio,
  single(video('video/VP9', { 'profile-id': 0 }), 'L3T3_KEY'),
  audio,
  single(video('video/AV1', {}), 'L1T3'),
  single(
    video('video/H264', { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 }),
    'L1T1',
  ),
]
