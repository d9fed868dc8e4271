/**
 * Client → server over socket.io: `socket.emit(name, input, ack)`.
 *
 * This table is the only source of the requests' types, validators and permissions. `state` is the session's state in
 * which a request is answered; `action` the permission that it needs.
 */
import { type Static, type TSchema, Type } from 'typebox'
import { ConsumerIdSchema, PeerIdSchema, ProducerIdSchema, TransportIdSchema } from './ids.ts'
import {
  DtlsParametersSchema,
  IceCandidateSchema,
  IceParametersSchema,
  RtpCapabilitiesSchema,
  RtpParametersSchema,
  SourceSchema,
} from './media.ts'
import { PeerSchema } from './peer.ts'

const closed = { additionalProperties: false } as const
const empty = Type.Object({}, closed)

/** A tile on the viewer's screen, in device pixels. What is in no tile is not sent to the viewer. */
export const TileSchema = Type.Object(
  {
    peerId: PeerIdSchema,
    source: Type.Enum(['cam', 'screen']),
    width: Type.Integer({ minimum: 0, maximum: 16384 }),
    height: Type.Integer({ minimum: 0, maximum: 16384 }),
  },
  closed,
)

/** All the tiles on screen, replacing the last report. Without any report the viewer is sent every video. */
export const ViewportSchema = Type.Object({ tiles: Type.Array(TileSchema, { maxItems: 100 }) }, closed)

/** What the client needs to build its side of a WebRtcTransport. */
export const TransportOptionsSchema = Type.Object(
  {
    id: TransportIdSchema,
    iceParameters: IceParametersSchema,
    iceCandidates: Type.Array(IceCandidateSchema, { maxItems: 128 }),
    dtlsParameters: DtlsParametersSchema,
  },
  closed,
)

/** What the client needs to build its side of a Consumer. Its id is also the track's. */
export const ConsumerOptionsSchema = Type.Object(
  {
    id: ConsumerIdSchema,
    producerId: ProducerIdSchema,
    peerId: PeerIdSchema,
    source: SourceSchema,
    rtpParameters: RtpParametersSchema,
  },
  closed,
)

export type RequestState = 'waiting' | 'joined'
export type Action = 'join' | 'leave' | 'publish' | 'subscribe'

type RequestRow = { input: TSchema; output: TSchema; state: RequestState; action: Action }

export const REQUESTS = {
  /**
   * Enters the room of the token. One round trip: the answer holds both transports, everyone who is there, and the
   * first consumers, which the server resumes by itself once the receive transport's DTLS is connected.
   */
  join: {
    state: 'waiting',
    action: 'join',
    input: Type.Object(
      {
        rtpCapabilities: RtpCapabilitiesSchema,
        /** The fingerprints of the certificate that both transports will use; without it `connectTransport` is needed. */
        dtlsParameters: Type.Optional(DtlsParametersSchema),
        viewport: Type.Optional(ViewportSchema),
      },
      closed,
    ),
    output: Type.Object(
      {
        peerId: PeerIdSchema,
        peers: Type.Array(PeerSchema),
        speakers: Type.Array(PeerIdSchema),
        sendTransport: TransportOptionsSchema,
        recvTransport: TransportOptionsSchema,
        consumers: Type.Array(ConsumerOptionsSchema),
      },
      closed,
    ),
  },
  /** Leaves the room at once; the server ends the session. */
  leave: { state: 'joined', action: 'leave', input: empty, output: empty },
  /** Hands in the client's DTLS fingerprints where `join` did not carry them. */
  connectTransport: {
    state: 'joined',
    action: 'join',
    input: Type.Object({ transportId: TransportIdSchema, dtlsParameters: DtlsParametersSchema }, closed),
    output: empty,
  },
  /** New ICE credentials for a transport (RFC 8445, section 9), after the client's network changed. */
  restartIce: {
    state: 'joined',
    action: 'join',
    input: Type.Object({ transportId: TransportIdSchema }, closed),
    output: Type.Object({ iceParameters: IceParametersSchema }, closed),
  },
  /** Publishes a track. A peer has at most one producer for each source. */
  produce: {
    state: 'joined',
    action: 'publish',
    input: Type.Object(
      {
        transportId: TransportIdSchema,
        source: SourceSchema,
        rtpParameters: RtpParametersSchema,
        paused: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
    output: Type.Object({ producerId: ProducerIdSchema }, closed),
  },
  /** Mutes one's own producer: nothing is forwarded, everyone sees it as off. */
  pauseProducer: {
    state: 'joined',
    action: 'publish',
    input: Type.Object({ producerId: ProducerIdSchema }, closed),
    output: empty,
  },
  /** Unmutes one's own producer. */
  resumeProducer: {
    state: 'joined',
    action: 'publish',
    input: Type.Object({ producerId: ProducerIdSchema }, closed),
    output: empty,
  },
  /** Stops publishing; the source may be published again. */
  closeProducer: {
    state: 'joined',
    action: 'publish',
    input: Type.Object({ producerId: ProducerIdSchema }, closed),
    output: empty,
  },
  /**
   * Says that the client has applied these consumers and is ready for their media. A key frame that arrives before
   * would be lost, and the next one is a second away. Ids that were closed meanwhile are passed over.
   */
  resumeConsumers: {
    state: 'joined',
    action: 'subscribe',
    input: Type.Object({ consumerIds: Type.Array(ConsumerIdSchema, { minItems: 1, maxItems: 500 }) }, closed),
    output: empty,
  },
  /** What is on screen now; the server adds and removes consumers accordingly. */
  setViewport: { state: 'joined', action: 'subscribe', input: ViewportSchema, output: empty },
} as const satisfies Record<string, RequestRow>

export type Requests = typeof REQUESTS
export type RequestName = keyof Requests
export type Input<N extends RequestName> = Static<Requests[N]['input']>
export type Output<N extends RequestName> = Static<Requests[N]['output']>

export type Tile = Static<typeof TileSchema>
export type Viewport = Static<typeof ViewportSchema>
export type TransportOptions = Static<typeof TransportOptionsSchema>
export type ConsumerOptions = Static<typeof ConsumerOptionsSchema>
