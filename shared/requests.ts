/**
 * Client → server over socket.io: `socket.emit(name, input, ack)`.
 *
 * This table is the only source of the requests' types, validators and permissions. `state` is the session's state in
 * which a request is answered; `action` the permission that it needs.
 */
import { type Static, type TSchema, Type } from 'typebox'
import { ChatMessageSchema, ChatTextSchema, ReactionSchema } from './chat.ts'
import { ConsumerIdSchema, PeerIdSchema, ProducerIdSchema, TransportIdSchema } from './ids.ts'
import {
  DtlsParametersSchema,
  IceCandidateSchema,
  IceParametersSchema,
  RtpCapabilitiesSchema,
  RtpParametersSchema,
  SizeSchema,
  SourceSchema,
} from './media.ts'
import { PeerSchema } from './peer.ts'
import { RoomSchema } from './room.ts'

const closed = { additionalProperties: false } as const
const empty = Type.Object({}, closed)

/** A tile on the viewer's screen, in device pixels. What is in no tile is not sent to the viewer. */
export const TileSchema = Type.Object(
  {
    peerId: PeerIdSchema,
    source: Type.Enum(['cam', 'screen']),
    width: Type.Integer({ minimum: 0, maximum: 16384 }),
    height: Type.Integer({ minimum: 0, maximum: 16384 }),
    /** The viewer has chosen it: it is sent before others where not all are. */
    pinned: Type.Optional(Type.Boolean()),
  },
  closed,
)

/** All the tiles on screen, replacing the last report. Before the first report the viewer is sent a few small ones. */
export const ViewportSchema = Type.Object({ tiles: Type.Array(TileSchema, { maxItems: 100 }) }, closed)

/** What is received at all, and how much of it; what is sent goes on. */
export const ReceptionSchema = Type.Object(
  {
    mode: Type.Enum(['all', 'audioOnly', 'nothing']),
    /** Most that the server sends, kbit/s; absent: what the network carries. */
    maxKbps: Type.Optional(Type.Integer({ minimum: 50, maximum: 100_000 })),
    /** Most cameras that the server sends, whoever spoke last first; absent: as many as the room allows. */
    lastN: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  },
  closed,
)

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

/**
 * `waiting`: the socket is open, nothing exists yet; `warm`: transports and first consumers exist, paused, and nobody
 * sees it; `joined`: in the room.
 */
export type RequestState = 'waiting' | 'warm' | 'joined'
export type Action = 'join' | 'leave' | 'publish' | 'subscribe' | 'chat' | 'raiseHand' | 'react'

type RequestRow = { input: TSchema; output: TSchema; states: readonly RequestState[]; action: Action }

/** What a client brings along when it enters. */
const entry = {
  rtpCapabilities: RtpCapabilitiesSchema,
  /** The fingerprints of the certificate that both transports will use; without it `connectTransport` is needed. */
  dtlsParameters: Type.Optional(DtlsParametersSchema),
  viewport: Type.Optional(ViewportSchema),
  /** Without it everything is received. */
  reception: Type.Optional(ReceptionSchema),
}

export const REQUESTS = {
  /**
   * Prepares to enter while the person is still looking at the pre-join: the transports connect and the consumers are
   * negotiated, paused. Nobody in the room sees it. The server gives it up after two minutes.
   */
  warmUp: {
    states: ['waiting'],
    action: 'join',
    input: Type.Object(entry, closed),
    output: Type.Object(
      {
        sendTransport: TransportOptionsSchema,
        recvTransport: TransportOptionsSchema,
        consumers: Type.Array(ConsumerOptionsSchema),
      },
      closed,
    ),
  },
  /**
   * Enters the room of the token. One round trip: the answer holds both transports, everyone who is there, and the
   * first consumers, which the server resumes by itself once the receive transport's DTLS is connected.
   *
   * After `warmUp` the transports are those of before, the consumers that the client names in `applied` are resumed at
   * once, and the answer has none; what it applies later it resumes by `resumeConsumers`.
   */
  join: {
    states: ['waiting', 'warm'],
    action: 'join',
    input: Type.Object({ ...entry, applied: Type.Optional(Type.Array(ConsumerIdSchema, { maxItems: 500 })) }, closed),
    output: Type.Object(
      {
        peerId: PeerIdSchema,
        room: RoomSchema,
        peers: Type.Array(PeerSchema),
        speakers: Type.Array(PeerIdSchema),
        sendTransport: TransportOptionsSchema,
        recvTransport: TransportOptionsSchema,
        consumers: Type.Array(ConsumerOptionsSchema),
        /** What was said to everyone before, the oldest first. */
        chat: Type.Array(ChatMessageSchema),
        /** Which of the server's media workers carries the room, from 0. */
        worker: Type.Integer({ minimum: 0 }),
        /** Up to this many open microphones everyone is forwarded; above it `hintVoice` is of use. */
        allVoicesUpTo: Type.Integer({ minimum: 0 }),
      },
      closed,
    ),
  },
  /** Leaves the room at once; the server ends the session. */
  leave: { states: ['joined'], action: 'leave', input: empty, output: empty },
  /** Hands in the client's DTLS fingerprints where `join` did not carry them. */
  connectTransport: {
    states: ['warm', 'joined'],
    action: 'join',
    input: Type.Object({ transportId: TransportIdSchema, dtlsParameters: DtlsParametersSchema }, closed),
    output: empty,
  },
  /** New ICE credentials for a transport (RFC 8445, section 9), after the client's network changed. */
  restartIce: {
    states: ['warm', 'joined'],
    action: 'join',
    input: Type.Object({ transportId: TransportIdSchema }, closed),
    output: Type.Object({ iceParameters: IceParametersSchema }, closed),
  },
  /**
   * Publishes a track. A peer has at most one producer for each source, but while it changes to another one: a producer
   * that is replaced goes on until it is closed, so that nobody misses a picture. `screenTaken` where the room takes
   * one screen at a time.
   */
  produce: {
    states: ['joined'],
    action: 'publish',
    input: Type.Object(
      {
        transportId: TransportIdSchema,
        source: SourceSchema,
        rtpParameters: RtpParametersSchema,
        paused: Type.Optional(Type.Boolean()),
        /** Size of the captured picture; with the encodings' `scaleResolutionDownBy` it tells the size of each layer. */
        frame: Type.Optional(SizeSchema),
        /** One's own producer of the same source, such as one in another codec. */
        replaces: Type.Optional(ProducerIdSchema),
      },
      closed,
    ),
    output: Type.Object({ producerId: ProducerIdSchema }, closed),
  },
  /** Mutes one's own producer: nothing is forwarded, everyone sees it as off. */
  pauseProducer: {
    states: ['joined'],
    action: 'publish',
    input: Type.Object({ producerId: ProducerIdSchema }, closed),
    output: empty,
  },
  /** Unmutes one's own producer. */
  resumeProducer: {
    states: ['joined'],
    action: 'publish',
    input: Type.Object({ producerId: ProducerIdSchema }, closed),
    output: empty,
  },
  /** Stops publishing; the source may be published again. */
  closeProducer: {
    states: ['joined'],
    action: 'publish',
    input: Type.Object({ producerId: ProducerIdSchema }, closed),
    output: empty,
  },
  /**
   * Says that the client has applied these consumers and is ready for their media. A key frame that arrives before
   * would be lost, and the next one is a second away. Ids that were closed meanwhile are passed over.
   */
  resumeConsumers: {
    states: ['joined'],
    action: 'subscribe',
    input: Type.Object({ consumerIds: Type.Array(ConsumerIdSchema, { minItems: 1, maxItems: 500 }) }, closed),
    output: empty,
  },
  /** Says something to everyone, or to one person alone. The sender gets the message by its notification too. */
  sendChat: {
    states: ['joined'],
    action: 'chat',
    input: Type.Object({ text: ChatTextSchema, to: Type.Optional(PeerIdSchema) }, closed),
    output: Type.Object({ message: ChatMessageSchema }, closed),
  },
  /** Raises or lowers one's own hand. */
  setHand: {
    states: ['joined'],
    action: 'raiseHand',
    input: Type.Object({ raised: Type.Boolean() }, closed),
    output: empty,
  },
  /** Shows a sign to everyone for a moment; it is not kept. */
  sendReaction: {
    states: ['joined'],
    action: 'react',
    input: Type.Object({ reaction: ReactionSchema }, closed),
    output: empty,
  },
  /**
   * Says that one's own microphone has just risen. In a room with more open microphones than are forwarded the server
   * then forwards it at once, and drops it again unless it hears the voice itself. At most once a second.
   */
  hintVoice: { states: ['joined'], action: 'publish', input: empty, output: empty },
  /** Chooses what is received from now on, in place of what was chosen before. */
  setReception: { states: ['warm', 'joined'], action: 'subscribe', input: ReceptionSchema, output: empty },
  /** What is on screen now; the server adds and removes consumers accordingly. */
  setViewport: { states: ['warm', 'joined'], action: 'subscribe', input: ViewportSchema, output: empty },
} as const satisfies Record<string, RequestRow>

export type Requests = typeof REQUESTS
export type RequestName = keyof Requests
export type Input<N extends RequestName> = Static<Requests[N]['input']>
export type Output<N extends RequestName> = Static<Requests[N]['output']>

export type Tile = Static<typeof TileSchema>
export type Viewport = Static<typeof ViewportSchema>
export type Reception = Static<typeof ReceptionSchema>
export type TransportOptions = Static<typeof TransportOptionsSchema>
export type ConsumerOptions = Static<typeof ConsumerOptionsSchema>
