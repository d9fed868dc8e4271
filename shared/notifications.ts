/**
 * Server → client over socket.io: `socket.emit(name, data, seq)`.
 *
 * `seq` counts a session's notifications from 1 without a gap, so that a client knows what it has missed. What changes
 * is sent as the whole new value, never as a difference: applying one twice does no harm.
 */
import { type Static, type TSchema, Type } from 'typebox'
import { RoomViewSchema, SelfSchema, TicketSchema, WaitingSchema } from './access.ts'
import { ChatMessageSchema, ReactionSchema } from './chat.ts'
import { ChatMessageIdSchema, ConsumerIdSchema, PeerIdSchema, ProducerIdSchema } from './ids.ts'
import { PeerSchema } from './peer.ts'
import { ConsumerOptionsSchema } from './requests.ts'

const closed = { additionalProperties: false } as const

const layer = Type.Integer({ minimum: -1, maximum: 7 })
const LayersSchema = Type.Object({ consumerId: ConsumerIdSchema, spatialLayer: layer, wantedLayer: layer }, closed)
export type Layers = Static<typeof LayersSchema>

/** Why a session is over, or a peer has left. */
export const END_REASONS = [
  /** The peer said so. */
  'left',
  /** The socket is gone. */
  'disconnected',
  /** The media worker of the room died; join again. */
  'workerDied',
  /** The server stops; join again, on another node or when it is back. */
  'serverStopping',
  /** Nobody joined on this socket for too long. */
  'idle',
  /** The room was closed. */
  'roomClosed',
  /** The client sent far more than a person can cause, or kept sending what is not in the contract. */
  'flooding',
  /** Somebody who may do so ended the call for everyone. */
  'callEnded',
  /** Somebody who may do so ended this visit. */
  'removed',
  /** The same, and this identity is taken no more. */
  'banned',
  /** The same identity came in once more, and this one had to go. */
  'replaced',
  /** Nobody wanted to let this one in. */
  'refused',
  /** Joining again leads into the lobby. */
  'movedToLobby',
] as const
export type EndReason = (typeof END_REASONS)[number]
export const EndReasonSchema = Type.Enum([...END_REASONS])

export const NOTIFICATIONS = {
  /** Somebody has entered the room. */
  peerJoined: Type.Object({ peer: PeerSchema }, closed),
  /** Something about a peer is different: its name, what it publishes, what it has muted. The whole peer is sent. */
  peerChanged: Type.Object({ peer: PeerSchema }, closed),
  /** Somebody is gone; their consumers are removed by `consumersRemoved`. */
  peerLeft: Type.Object({ peerId: PeerIdSchema, reason: EndReasonSchema }, closed),
  /** New media for this viewer, a batch. Apply all of it in one tick, then answer `resumeConsumers` with all ids. */
  consumersAdded: Type.Object({ consumers: Type.Array(ConsumerOptionsSchema) }, closed),
  /** Media that this viewer gets no more, a batch. */
  consumersRemoved: Type.Object({ consumerIds: Type.Array(ConsumerIdSchema) }, closed),
  /**
   * How much of one's own video somebody wants: the highest layer (zero-based) worth sending, -1 for none. Until the
   * first of these, everything is sent.
   */
  demandChanged: Type.Object({ producerId: ProducerIdSchema, spatialLayer: layer }, closed),
  /**
   * In which layer each video is sent to this viewer, and which one its tile wants as far as it is there: less than that
   * means that the viewer's network, or its own limit, carries no more. Zero-based, -1 for none; videos without layers
   * are left out. All of them, when something is different, at most every two seconds.
   */
  layersChanged: Type.Object({ layers: Type.Array(LayersSchema, { maxItems: 500 }) }, closed),
  /** Who speaks now, the loudest first; empty when nobody does. */
  speakersChanged: Type.Object({ speakers: Type.Array(PeerIdSchema) }, closed),
  /** Somebody has said something, to everyone or to this peer alone; the sender gets it as well. */
  chatMessage: Type.Object({ message: ChatMessageSchema }, closed),
  /** A sign for a moment; the sender gets it as well. */
  reaction: Type.Object({ peerId: PeerIdSchema, reaction: ReactionSchema }, closed),
  /** Somebody has taken a message back. */
  chatMessageDeleted: Type.Object({ messageId: ChatMessageIdSchema }, closed),
  /** What this peer may do is different; what it publishes and no longer may is closed or paused already. */
  selfChanged: Type.Object({ self: SelfSchema }, closed),
  /** Somebody else has ended what this peer published. */
  ownProducersClosed: Type.Object({ producerIds: Type.Array(ProducerIdSchema, { maxItems: 4 }) }, closed),
  /** What holds for the whole room is different: its rules, or what video is sent in. */
  roomChanged: Type.Object({ room: RoomViewSchema }, closed),
  /** Who waits in the lobby, all of them; only for those who may let them in. */
  lobbyChanged: Type.Object({ lobby: Type.Array(WaitingSchema) }, closed),
  /** The lobby is over: join again. */
  admitted: Type.Object({}, closed),
  /** Replaces the ticket of before; that one stays valid for a while. */
  ticketChanged: Type.Object({ ticket: TicketSchema }, closed),
  /**
   * The server stops in so many milliseconds, or as soon as nobody is in a call any more; it may come back at once. Until
   * then the call goes on.
   */
  serverStopping: Type.Object({ inMs: Type.Integer({ minimum: 0 }) }, closed),
  /**
   * This node wants to stop: ask for a placement with the ticket, come in there as the same peer, then close this
   * socket. The visit here goes on until then.
   */
  moveRequested: Type.Object({}, closed),
  /** The last notification of a session; the server closes the socket after it. */
  sessionEnded: Type.Object({ reason: EndReasonSchema }, closed),
} as const satisfies Record<string, TSchema>

export type Notifications = typeof NOTIFICATIONS
export type NotificationName = keyof Notifications
export type NotificationData<N extends NotificationName> = Static<Notifications[N]>
