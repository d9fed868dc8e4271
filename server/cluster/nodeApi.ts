/**
 * What nodes of a cluster say to each other about one room; the client knows nothing of it.
 *
 * State and events go to all of them over Redis. A *state* is a row that its node alone writes, the whole value each time;
 * it is gone with its node. An *event* is over when it is told. A *command* goes to one node over HTTP, and is answered.
 */
import { type Static, type TSchema, Type } from 'typebox'
import { BanSchema, RoleSchema, RulesPatchSchema, WaitingSchema } from '../../shared/access.ts'
import { ChatMessageSchema, ReactionSchema } from '../../shared/chat.ts'
import { ChatMessageIdSchema, IdentitySchema, NodeIdSchema, PeerIdSchema, ProducerIdSchema } from '../../shared/ids.ts'
import { RtpParametersSchema, SizeSchema, SourceSchema, VideoCodecSchema } from '../../shared/media.ts'
import { EndReasonSchema } from '../../shared/notifications.ts'
import { PeerSchema } from '../../shared/peer.ts'
import type { MemberPatch, TruthPatch } from '../store/RoomStore.ts'

const closed = { additionalProperties: false } as const
const orNull = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))

/** Something that a peer sends, as `core/subscriptions.ts` sees it. */
const PublishedProducerSchema = Type.Object(
  {
    producerId: ProducerIdSchema,
    source: SourceSchema,
    layers: Type.Array(SizeSchema, { maxItems: 8 }),
    paused: Type.Optional(Type.Boolean()),
    superseded: Type.Optional(Type.Boolean()),
  },
  closed,
)

/** All that another node needs to know of a peer. */
export const PeerRecordSchema = Type.Object(
  {
    peer: PeerSchema,
    identity: IdentitySchema,
    hidden: Type.Boolean(),
    /** Who is on two nodes, since they move, is where this is later; it is so whatever the clocks say. */
    visitedAt: Type.Integer({ minimum: 0 }),
    decodable: Type.Array(VideoCodecSchema, { maxItems: 8 }),
    /** Of its node: which media worker has its producers. */
    worker: Type.Integer({ minimum: 0 }),
    producers: Type.Array(PublishedProducerSchema, { maxItems: 16 }),
  },
  closed,
)
export type PeerRecord = Static<typeof PeerRecordSchema>

/** Rows of state, by the kind of their key. */
export const NODE_STATES = {
  /** One of its peers; the key is the peer's id. */
  peer: PeerRecordSchema,
  /** Who waits in its lobby; the key is empty. */
  lobby: Type.Array(WaitingSchema, { maxItems: 200 }),
  /** The highest layer that somebody there wants of a video; the key is the producer's id. No row: nobody wants it. */
  demand: Type.Integer({ minimum: 0, maximum: 7 }),
} as const satisfies Record<string, TSchema>
export type NodeStates = { [K in keyof typeof NODE_STATES]: Static<(typeof NODE_STATES)[K]> }
export type NodeStateName = keyof NodeStates

/** What is different in a room's truth; null takes away. */
export const TruthPatchSchema = Type.Unsafe<TruthPatch>(
  Type.Object(
    {
      rules: Type.Optional(RulesPatchSchema),
      passwordHash: orNull(Type.String({ maxLength: 512 })),
      ownerless: Type.Optional(Type.Boolean()),
      hosted: Type.Optional(Type.Boolean()),
    },
    closed,
  ),
)

/** What is different in what a room knows of one identity; null takes away. */
export const MemberPatchSchema = Type.Unsafe<MemberPatch>(
  Type.Object(
    {
      role: orNull(RoleSchema),
      ban: orNull(BanSchema),
      admitted: orNull(Type.Boolean()),
      heldInLobby: orNull(Type.Boolean()),
      removedAt: orNull(Type.Integer()),
      forcedMute: orNull(Type.Array(SourceSchema, { maxItems: 4 })),
    },
    closed,
  ),
)

export const NODE_EVENTS = {
  /** Who is heard there now. */
  voices: Type.Object(
    { voices: Type.Array(Type.Object({ peerId: PeerIdSchema, volume: Type.Number() }, closed), { maxItems: 32 }) },
    closed,
  ),
  /** A client there says that its microphone rises. */
  hint: Type.Object({ peerId: PeerIdSchema }, closed),
  chat: Type.Object({ message: ChatMessageSchema }, closed),
  chatDeleted: Type.Object({ messageId: ChatMessageIdSchema }, closed),
  reaction: Type.Object({ peerId: PeerIdSchema, reaction: ReactionSchema }, closed),
  /** The sender has written it to the store. */
  truth: Type.Object({ patch: TruthPatchSchema }, closed),
  member: Type.Object({ identity: IdentitySchema, patch: MemberPatchSchema }, closed),
  /** Every visit of this identity is over. */
  expel: Type.Object({ identity: IdentitySchema, reason: EndReasonSchema }, closed),
  callEnded: Type.Object({}, closed),
} as const satisfies Record<string, TSchema>
export type NodeEvents = { [E in keyof typeof NODE_EVENTS]: Static<(typeof NODE_EVENTS)[E]> }
export type NodeEventName = keyof NodeEvents

const pipeId = Type.String({ pattern: '^[0-9a-f-]{36}$' })
/** One end of a pipe: where it listens, and with what its packets are encrypted (SRTP, RFC 3711). */
export const PipeEndSchema = Type.Object(
  {
    ip: Type.String({ maxLength: 45 }),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    srtpParameters: Type.Object(
      {
        cryptoSuite: Type.Enum([
          'AEAD_AES_256_GCM',
          'AEAD_AES_128_GCM',
          'AES_CM_128_HMAC_SHA1_80',
          'AES_CM_128_HMAC_SHA1_32',
        ]),
        keyBase64: Type.String({ maxLength: 128 }),
      },
      closed,
    ),
  },
  closed,
)
export type PipeEnd = Static<typeof PipeEndSchema>

export const PipedProducerSchema = Type.Object(
  { kind: Type.Enum(['audio', 'video']), rtpParameters: RtpParametersSchema },
  closed,
)
export type PipedProducer = Static<typeof PipedProducerSchema>

/** Requests of the contract that are done to somebody, wherever they are. */
export const DEEDS = [
  'setForcedMute',
  'stopShare',
  'admitPeer',
  'refusePeer',
  'moveToLobby',
  'removePeer',
  'banPeer',
  'setRole',
] as const
export type Deed = (typeof DEEDS)[number]

const done = Type.Object({}, closed)
const piped = Type.Object({ pipeId, producerId: ProducerIdSchema }, closed)

/** `POST /node/v1/rooms/:roomId/:command` on the private listener; errors are those of the contract. */
export const NODE_COMMANDS = {
  /** Does to somebody there what an actor here may do; `request` is one of the contract's, `input` its input. */
  moderate: {
    input: Type.Object(
      {
        request: Type.Enum([...DEEDS]),
        actor: Type.Object({ id: PeerIdSchema, role: RoleSchema }, closed),
        input: Type.Unknown(),
      },
      closed,
    ),
    output: done,
  },
  /** A message for one person there. */
  deliverChat: { input: Type.Object({ message: ChatMessageSchema }, closed), output: done },
  /** Opens the other end of a pipe, on the router of one of the receiver's workers. */
  openPipe: {
    input: Type.Object({ pipeId, worker: Type.Integer({ minimum: 0 }), end: PipeEndSchema }, closed),
    output: PipeEndSchema,
  },
  /**
   * Sends a producer through a pipe, once however often it is asked. @throws SfuError `notFound` where the pipe is not
   * there (any more), `conflict` where the producer is not
   */
  sendThrough: { input: piped, output: PipedProducerSchema },
  stopSending: { input: piped, output: done },
  closePipe: { input: Type.Object({ pipeId }, closed), output: done },
} as const satisfies Record<string, { input: TSchema; output: TSchema }>
export type NodeCommandName = keyof typeof NODE_COMMANDS
export type CommandInput<C extends NodeCommandName> = Static<(typeof NODE_COMMANDS)[C]['input']>
export type CommandOutput<C extends NodeCommandName> = Static<(typeof NODE_COMMANDS)[C]['output']>

/** What a node tells of itself, once a second. */
export const NodeInfoSchema = Type.Object(
  {
    id: NodeIdSchema,
    /** Made anew at each start: what an earlier process of this name has written is void. */
    epoch: Type.String({ maxLength: 64 }),
    /** Where clients reach it, such as `https://a.example` or `https://call.example/n/a`; empty: where the page came from. */
    url: Type.String({ maxLength: 512 }),
    /** Where nodes reach it. */
    privateUrl: Type.String({ maxLength: 512 }),
    region: Type.String({ maxLength: 64 }),
    /** How much of what it can carry it carries, 0 to 1 and above. */
    load: Type.Number({ minimum: 0 }),
    state: Type.Enum(['ready', 'draining', 'notReady']),
  },
  closed,
)
export type NodeInfo = Static<typeof NodeInfoSchema>
