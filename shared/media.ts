/**
 * What a peer sends and the bounded schemas of the parameters that reach mediasoup.
 *
 * The shapes are mediasoup's (https://mediasoup.org/documentation/v3/mediasoup/rtp-parameters-and-capabilities/). They
 * are stricter than mediasoup itself, on purpose: a number of the wrong type (`maxBitrate: 333333.3`) throws inside its
 * serialiser and leaves the worker's channel unusable for every room on it, so nothing that is not an integer within
 * bounds may pass.
 */
import { type Static, Type } from 'typebox'

/** What a track shows or carries; a peer has at most one producer for each. */
export const SOURCES = ['mic', 'cam', 'screen', 'screenAudio'] as const
export type Source = (typeof SOURCES)[number]
export const SourceSchema = Type.Enum([...SOURCES])

export type MediaKind = 'audio' | 'video'
/** The kind of media that a source carries. */
export const kindOf = (source: Source): MediaKind => (source === 'cam' || source === 'screen' ? 'video' : 'audio')

/** The codecs that a room's video may use; every browser has VP8 (RFC 7742), the others not all of them. */
export const VIDEO_CODECS = ['vp8', 'vp9', 'av1', 'h264'] as const
export type VideoCodec = (typeof VIDEO_CODECS)[number]
export const VideoCodecSchema = Type.Enum([...VIDEO_CODECS])

const closed = { additionalProperties: false } as const
const token = (maxLength: number) => Type.String({ maxLength, pattern: '^[\\x21-\\x7e]*$' })
const ssrc = Type.Integer({ minimum: 1, maximum: 4294967295 })
const payloadType = Type.Integer({ minimum: 0, maximum: 127 })
/** One-byte ids end at 14, two-byte ids (RFC 8285) at 255. */
const extensionId = Type.Integer({ minimum: 1, maximum: 255 })

/** Format parameters (`fmtp`): printable text or small integers. */
const codecParameters = Type.Record(
  Type.String({ pattern: '^[A-Za-z0-9_-]{1,40}$' }),
  Type.Union([
    Type.String({ maxLength: 128, pattern: '^[\\x20-\\x7e]*$' }),
    Type.Integer({ minimum: 0, maximum: 2147483647 }),
  ]),
  { maxProperties: 24 },
)

const rtcpFeedback = Type.Array(Type.Object({ type: token(32), parameter: Type.Optional(token(32)) }, closed), {
  maxItems: 16,
})

const codec = {
  mimeType: Type.String({ pattern: '^(audio|video)/[A-Za-z0-9-]{1,32}$' }),
  clockRate: Type.Integer({ minimum: 1, maximum: 384000 }),
  channels: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 })),
  parameters: Type.Optional(codecParameters),
  rtcpFeedback: Type.Optional(rtcpFeedback),
}

const extensionUri = Type.Enum([
  'urn:ietf:params:rtp-hdrext:sdes:mid',
  'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
  'urn:3gpp:video-orientation',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
  'urn:ietf:params:rtp-hdrext:toffset',
  'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'urn:mediasoup:params:rtp-hdrext:packet-id',
])

/** What a client can receive; `RTCRtpReceiver.getCapabilities` as mediasoup-client reports it. */
export const RtpCapabilitiesSchema = Type.Object(
  {
    codecs: Type.Array(
      Type.Object({ kind: Type.Enum(['audio', 'video']), preferredPayloadType: payloadType, ...codec }, closed),
      { maxItems: 32 },
    ),
    headerExtensions: Type.Array(
      Type.Object(
        {
          kind: Type.Enum(['audio', 'video']),
          uri: extensionUri,
          preferredId: extensionId,
          preferredEncrypt: Type.Optional(Type.Boolean()),
          direction: Type.Optional(Type.Enum(['sendrecv', 'sendonly', 'recvonly', 'inactive'])),
        },
        closed,
      ),
      { maxItems: 32 },
    ),
  },
  closed,
)

const encoding = Type.Object(
  {
    active: Type.Optional(Type.Boolean()),
    ssrc: Type.Optional(ssrc),
    rid: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9]{1,32}$' })),
    codecPayloadType: Type.Optional(payloadType),
    rtx: Type.Optional(Type.Object({ ssrc }, closed)),
    dtx: Type.Optional(Type.Boolean()),
    scalabilityMode: Type.Optional(Type.String({ pattern: '^[LS][1-3]T[1-3](h|_KEY|_KEY_SHIFT)?$' })),
    scaleResolutionDownBy: Type.Optional(Type.Number({ minimum: 1, maximum: 64 })),
    maxBitrate: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000_000 })),
    maxFramerate: Type.Optional(Type.Integer({ minimum: 1, maximum: 240 })),
    adaptivePtime: Type.Optional(Type.Boolean()),
    priority: Type.Optional(Type.Enum(['very-low', 'low', 'medium', 'high'])),
    networkPriority: Type.Optional(Type.Enum(['very-low', 'low', 'medium', 'high'])),
  },
  closed,
)

/** What a client sends, one m-section; mediasoup's RtpParameters. */
export const RtpParametersSchema = Type.Object(
  {
    mid: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })),
    codecs: Type.Array(Type.Object({ payloadType, ...codec }, closed), { minItems: 1, maxItems: 32 }),
    headerExtensions: Type.Optional(
      Type.Array(
        Type.Object(
          {
            uri: extensionUri,
            id: extensionId,
            encrypt: Type.Optional(Type.Boolean()),
            parameters: Type.Optional(codecParameters),
          },
          closed,
        ),
        { maxItems: 32 },
      ),
    ),
    encodings: Type.Array(encoding, { minItems: 1, maxItems: 8 }),
    rtcp: Type.Optional(
      Type.Object(
        {
          cname: Type.Optional(token(128)),
          reducedSize: Type.Optional(Type.Boolean()),
          mux: Type.Optional(Type.Boolean()),
        },
        closed,
      ),
    ),
    msid: Type.Optional(Type.String({ maxLength: 160, pattern: '^[\\x20-\\x7e]*$' })),
  },
  closed,
)

const fingerprint = <A extends string>(algorithm: A, bytes: number) =>
  Type.Object(
    {
      algorithm: Type.Literal(algorithm),
      value: Type.String({ pattern: `^[0-9A-F]{2}(:[0-9A-F]{2}){${bytes - 1}}$` }),
    },
    closed,
  )

/**
 * A client's DTLS fingerprints (RFC 8122), as long as their algorithm makes them, in upper-case hexadecimal: the worker
 * compares letter by letter, and a lower-case one would fail the handshake without a word.
 */
export const DtlsParametersSchema = Type.Object(
  {
    role: Type.Optional(Type.Enum(['auto', 'client', 'server'])),
    fingerprints: Type.Array(
      Type.Union([
        fingerprint('sha-1', 20),
        fingerprint('sha-224', 28),
        fingerprint('sha-256', 32),
        fingerprint('sha-384', 48),
        fingerprint('sha-512', 64),
      ]),
      { minItems: 1, maxItems: 8 },
    ),
  },
  closed,
)

export const IceParametersSchema = Type.Object(
  {
    usernameFragment: token(256),
    password: token(256),
    iceLite: Type.Optional(Type.Boolean()),
  },
  closed,
)

export const IceCandidateSchema = Type.Object(
  {
    foundation: token(32),
    priority: Type.Integer({ minimum: 1, maximum: 4294967295 }),
    address: token(253),
    ip: token(253),
    protocol: Type.Enum(['udp', 'tcp']),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    type: Type.Enum(['host', 'srflx', 'prflx', 'relay']),
    tcpType: Type.Optional(Type.Enum(['active', 'passive', 'so'])),
  },
  closed,
)

/** Width and height in pixels. */
export const SizeSchema = Type.Object(
  { width: Type.Integer({ minimum: 1, maximum: 16384 }), height: Type.Integer({ minimum: 1, maximum: 16384 }) },
  closed,
)
export type Size = Static<typeof SizeSchema>

export type RtpCapabilities = Static<typeof RtpCapabilitiesSchema>
export type RtpParameters = Static<typeof RtpParametersSchema>
export type DtlsParameters = Static<typeof DtlsParametersSchema>
export type IceParameters = Static<typeof IceParametersSchema>
export type IceCandidate = Static<typeof IceCandidateSchema>

/** Whether all codecs are of the kind that the source carries; mediasoup itself takes audio parameters for a video. */
export const carries = (rtpParameters: RtpParameters, source: Source): boolean =>
  rtpParameters.codecs.every(({ mimeType }) => mimeType.startsWith(`${kindOf(source)}/`))
