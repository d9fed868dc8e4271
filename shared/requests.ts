/**
 * Client → server over socket.io: `socket.emit(name, input, ack)`.
 *
 * This table is the only source of the requests' types, validators and permissions. `state` is the session's state in
 * which a request is answered; `action` the permission that it needs.
 */
import { type Static, type TSchema, Type } from 'typebox'
import {
  type Action,
  BanSchema,
  MOST_BANS_LISTED,
  PasswordSchema,
  RoleSchema,
  RoomViewSchema,
  RulesPatchSchema,
  SelfSchema,
  TicketSchema,
  WaitingSchema,
} from './access.ts'
import { ChatMessageSchema, ChatTextSchema, ReactionSchema } from './chat.ts'
import { ChatMessageIdSchema, ConsumerIdSchema, PeerIdSchema, ProducerIdSchema, TransportIdSchema } from './ids.ts'
import {
  DtlsParametersSchema,
  IceCandidateSchema,
  IceParametersSchema,
  RtpCapabilitiesSchema,
  RtpParametersSchema,
  SizeSchema,
  SourceSchema,
} from './media.ts'
import { PeerSchema, PublishedSchema } from './peer.ts'

const closed = { additionalProperties: false } as const
const empty = Type.Object({}, closed)
const aPeer = Type.Object({ peerId: PeerIdSchema }, closed)

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
 * sees it; `lobby`: waits until somebody in the room opens; `joined`: in the room.
 */
export const REQUEST_STATES = ['waiting', 'warm', 'lobby', 'joined'] as const
export type RequestState = (typeof REQUEST_STATES)[number]

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

/** Everything that a peer knows of its room but its media's connections. */
const snapshot = {
  peerId: PeerIdSchema,
  peers: Type.Array(PeerSchema),
  speakers: Type.Array(PeerIdSchema),
  consumers: Type.Array(ConsumerOptionsSchema),
  /** What was said to everyone before, the oldest first. */
  chat: Type.Array(ChatMessageSchema),
  /** Which of the server's media workers carries the room, from 0. */
  worker: Type.Integer({ minimum: 0 }),
  /** Up to this many open microphones everyone is forwarded; above it `hintVoice` is of use. */
  allVoicesUpTo: Type.Integer({ minimum: 0 }),
  self: SelfSchema,
  room: RoomViewSchema,
  /** Who is in the lobby; empty for those who may not let them in. */
  lobby: Type.Array(WaitingSchema),
}

const transports = { sendTransport: TransportOptionsSchema, recvTransport: TransportOptionsSchema }

/** A notification that was missed; its data is that of `NOTIFICATIONS`. */
const MissedSchema = Type.Object({ name: Type.String({ maxLength: 64 }), data: Type.Unknown() }, closed)

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
        ...transports,
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
   *
   * Refused with `inLobby` where somebody has to open first: the session then waits, hears nothing of the room, and
   * joins again after the notification `admitted`.
   */
  join: {
    states: ['waiting', 'warm'],
    action: 'join',
    input: Type.Object({ ...entry, applied: Type.Optional(Type.Array(ConsumerIdSchema, { maxItems: 500 })) }, closed),
    output: Type.Object({ ...snapshot, ...transports, ticket: TicketSchema }, closed),
  },
  /**
   * Goes on, over a new socket, with the membership that the ticket of the handshake is for: the same peer, with its
   * transports, producers and consumers. What was under way on the old socket is finished first, and that socket is
   * closed. `missed` are the notifications after `lastSeq`, in their order; where the server has them no more, a
   * `snapshot` takes their place. The next notification has the number after `seq`.
   *
   * Refused with `gone` where there is no such peer any more, and whoever asks without its ticket: join instead. Who was
   * sent away meanwhile is told so by `sessionEnded`.
   */
  resume: {
    states: ['waiting'],
    action: 'join',
    input: Type.Object({ lastSeq: Type.Integer({ minimum: 0 }) }, closed),
    output: Type.Object(
      {
        seq: Type.Integer({ minimum: 0 }),
        missed: Type.Optional(Type.Array(MissedSchema, { maxItems: 512 })),
        snapshot: Type.Optional(Type.Object(snapshot, closed)),
        /** What this peer publishes, also what another producer has taken the place of. */
        producers: Type.Array(PublishedSchema, { maxItems: 8 }),
        /** Of all that it is sent. */
        consumerIds: Type.Array(ConsumerIdSchema),
        ...transports,
        ticket: TicketSchema,
      },
      closed,
    ),
  },
  /** Leaves the room, or the lobby, at once; the server ends the session. */
  leave: { states: ['lobby', 'joined'], action: 'leave', input: empty, output: empty },
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
  /**
   * Mutes somebody, or everyone who may not mute others, and keeps it so until it is taken back; who comes later is
   * spared. Taking it back unmutes nobody: they may do so themselves again.
   */
  setForcedMute: {
    states: ['joined'],
    action: 'mutePeers',
    input: Type.Object(
      {
        /** Absent: everyone. */
        peerId: Type.Optional(PeerIdSchema),
        source: Type.Enum(['mic', 'cam']),
        muted: Type.Boolean(),
      },
      closed,
    ),
    output: empty,
  },
  /** Ends somebody's screen share; they may begin another. */
  stopShare: { states: ['joined'], action: 'stopShares', input: aPeer, output: empty },
  /** Lets somebody in who waits in the lobby. */
  admitPeer: { states: ['joined'], action: 'admitPeers', input: aPeer, output: empty },
  /** Sends somebody away who waits in the lobby. */
  refusePeer: { states: ['joined'], action: 'admitPeers', input: aPeer, output: empty },
  /** Puts somebody who is in the room into the lobby. */
  moveToLobby: { states: ['joined'], action: 'admitPeers', input: aPeer, output: empty },
  /** Ends somebody's visit. Their token and ticket are void; where the room is open, they may ask again. */
  removePeer: { states: ['joined'], action: 'removePeers', input: aPeer, output: empty },
  /** Ends somebody's visit and takes that identity no more, until the room is forgotten. */
  banPeer: { states: ['joined'], action: 'banPeers', input: aPeer, output: empty },
  /** Who is banned, the latest first: those whom one may let in again. */
  listBans: {
    states: ['joined'],
    action: 'banPeers',
    input: empty,
    output: Type.Object({ bans: Type.Array(BanSchema, { maxItems: MOST_BANS_LISTED }) }, closed),
  },
  /** Takes a ban back: they may come again, by whatever way is open to them. */
  liftBan: { states: ['joined'], action: 'banPeers', input: aPeer, output: empty },
  /** Changes what somebody may do. Nobody makes others more than they are themselves. */
  setRole: {
    states: ['joined'],
    action: 'changeRoles',
    input: Type.Object({ peerId: PeerIdSchema, role: RoleSchema }, closed),
    output: empty,
  },
  /** Takes a message to everyone back, also from history. */
  deleteChatMessage: {
    states: ['joined'],
    action: 'moderateChat',
    input: Type.Object({ messageId: ChatMessageIdSchema }, closed),
    output: empty,
  },
  /** Changes those of the room's rules that are named. */
  setRules: { states: ['joined'], action: 'changeRules', input: RulesPatchSchema, output: empty },
  /** Sets the room's password, or takes it away. Who is in stays. */
  setPassword: {
    states: ['joined'],
    action: 'changeRules',
    input: Type.Object({ password: Type.Union([PasswordSchema, Type.Null()]) }, closed),
    output: empty,
  },
  /** Makes an invite: it opens the room to one person, past password and lobby. For roles below one's own. */
  createInvite: {
    states: ['joined'],
    action: 'invite',
    input: Type.Object({ role: Type.Enum(['listener', 'speaker', 'moderator']) }, closed),
    output: Type.Object(
      {
        invite: TicketSchema,
        /** Milliseconds since 1970. */
        expiresAt: Type.Integer({ minimum: 0 }),
      },
      closed,
    ),
  },
  /** Ends the call for everyone. */
  endCall: { states: ['joined'], action: 'endCall', input: empty, output: empty },
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
