/** The public shapes of the SDK: what an integrator reads and a page shows. No DOM object is touched on import. */
import type { types } from 'mediasoup-client'
import type { Action, Role, RoomView, Waiting } from '../../shared/access.ts'
import type { ChatMessage } from '../../shared/chat.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import type { PeerId, ProducerId, RoomId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { EndReason } from '../../shared/notifications.ts'
import type { PeerSnapshot } from '../../shared/peer.ts'
import type { Reception } from '../../shared/requests.ts'
import type { EffectName } from './processors/types.ts'

/** An effect on one's own camera that ships with the SDK. */
export type VideoEffectName = EffectName

/** The same words as `<html data-connection>`. */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'closed'

/** One track of a peer, as this client sees it. */
export type PublishedTrack = {
  readonly source: Source
  readonly producerId: ProducerId
  /** Its owner has muted it. */
  readonly paused: boolean
  /** What is received; absent while nothing is (not on screen, not negotiated yet). For oneself: what is sent. */
  readonly track?: MediaStreamTrack
}

/** A person in the call. */
export type PeerView = {
  readonly id: PeerId
  readonly name: string
  /** Milliseconds since 1970, by the server's clock. */
  readonly joinedAt: number
  readonly published: Readonly<Partial<Record<Source, PublishedTrack>>>
  /** Since when the hand is up, milliseconds since 1970 by the server's clock; absent while it is down. */
  readonly handRaisedAt?: number
  /** How what this person sends reaches the server; absent while it is good, and for oneself. */
  readonly uplink?: NonNullable<PeerSnapshot['uplink']>
  /** Out of reach for the moment, and perhaps still seen and heard; absent while all is well, and for oneself. */
  readonly connection?: NonNullable<PeerSnapshot['connection']>
  /** Of oneself: see {@link Access}. */
  readonly role?: Role
  /** What others have muted; absent if nothing. */
  readonly forcedMute?: readonly Source[]
}

/** What one may do in the room, and what holds there. */
export type Access = {
  /** Somebody in the room has to open: `join` goes on when they have. */
  readonly inLobby: boolean
  /** Undefined before the first join. */
  readonly role: Role | undefined
  readonly actions: readonly Action[]
  /** What may be published. */
  readonly sources: readonly Source[]
  /** What others have muted: `setPaused(source, false)` is refused until they allow it. */
  readonly forcedMute: readonly Source[]
  /** Undefined before the first join. */
  readonly room: RoomView | undefined
  /** Who waits in the lobby; empty for those who may not let them in. */
  readonly lobby: readonly Waiting[]
}

/**
 * Why a join failed or a call ended. Besides the server's codes: `unreachable` the server does not answer, `noMedia` it
 * does, but sound and picture do not get through to it.
 */
export type Failure = { readonly code: ErrorCode | 'unreachable' | 'noMedia'; readonly message: string }

/**
 * How media gets between here and the server: not known yet; by UDP, as it should; by TCP alone, since the network lets
 * nothing else through (it works, less smoothly); or not at all.
 */
export type MediaPath = 'checking' | 'udp' | 'tcp' | 'none'

/** An immutable snapshot; each change makes a new one, and what has not changed keeps its identity. */
export type ClientState = {
  readonly connection: ConnectionState
  /**
   * While it is `reconnecting`: since when the server is out of reach, by `performance.now()`, and the session waits for
   * it: what is sent and received goes on as far as the network carries it. Absent where all is made anew.
   */
  readonly awaySince: number | undefined
  readonly roomId: RoomId | undefined
  /** Oneself; absent until the first join. */
  readonly self: PeerView | undefined
  /** The others, in the order in which they joined. */
  readonly peers: readonly PeerView[]
  /** Who speaks now, the loudest first; may hold oneself. */
  readonly speakers: readonly PeerId[]
  /**
   * What was said to everyone, also before this client came, and what was said since to it alone or by it; in the order
   * in which it arrived, the last 500. It stays after the end, until the next join. After a reconnect there is of what
   * was said to everyone what the server still has: the last 200, without what was taken back.
   */
  readonly chat: readonly ChatMessage[]
  readonly access: Access
  /**
   * Known by `prepare`, before anyone is called, and again once media gets through in a call: see {@link MediaPath}.
   */
  readonly mediaPath: MediaPath | undefined
  /** Found by `prepare`: as the room is now, somebody in it has to let this person in. */
  readonly lobbyAhead: boolean
  /** Since when media has not got through in a session, by `performance.now()`; absent while it does. */
  readonly mediaDownSince: number | undefined
  /** When the server ends the call to stop or begin anew, by `performance.now()`; absent while it does not. */
  readonly serverStopsAt: number | undefined
  /** What is received at all; stays over reconnects and calls. */
  readonly reception: Readonly<Reception>
  /** Why the last attempt to join failed or the session ended. */
  readonly failure: Failure | undefined
  /** Why the call is over, or, while it is `reconnecting`, why it was interrupted. */
  readonly endReason: EndReason | undefined
}

/** Totals of one direction of one track since it began, from `RTCPeerConnection.getStats` (W3C webrtc-stats). */
export type TrackStats = {
  readonly peerId: PeerId
  readonly source: Source
  /** One for each simulcast layer that is sent; one for each track that is received. */
  readonly streams: readonly {
    readonly ssrc: number
    readonly rid?: string
    readonly packets: number
    readonly packetsLost?: number
    /** Received a second time, since the first was lost; not counted as lost. */
    readonly packetsRepaired?: number
    readonly bytes: number
    /** Such as `video/VP8`. */
    readonly codec?: string
    readonly framesDecoded?: number
    readonly framesEncoded?: number
    readonly framesPerSecond?: number
    /** How often a key frame was asked for: PLI and FIR (RFC 4585, RFC 5104). */
    readonly keyFrameRequests?: number
    readonly frameWidth?: number
    readonly frameHeight?: number
    /** Sum of squared sample levels times duration, 0 to 1 per second. */
    readonly totalAudioEnergy?: number
    readonly jitterSeconds?: number
    /** To the server and back, as it reports it for what is sent. */
    readonly roundTripTimeSeconds?: number
    /** What keeps the browser from sending more. */
    readonly limitedBy?: 'none' | 'cpu' | 'bandwidth' | 'other'
  }[]
  /** Of a video with several layers that is received, zero-based: which one is sent, and which its tile wants; -1 for none. */
  readonly layers?: { readonly current: number; readonly wanted: number }
}

export type CallStats = {
  /** By `performance.now()`, milliseconds. */
  readonly takenAt: number
  /** Which of the server's media workers carries the room, from 0; undefined while there is no session. */
  readonly worker: number | undefined
  readonly sent: readonly TrackStats[]
  readonly received: readonly TrackStats[]
  /** The pair of candidates in use for each transport. */
  readonly transports: readonly {
    readonly direction: 'send' | 'recv'
    readonly protocol?: 'udp' | 'tcp'
    /** The server's address, as the client reaches it. */
    readonly remoteAddress?: string
    readonly roundTripTimeSeconds?: number
    /** What the browser believes the network carries, bit/s; known where it sends. */
    readonly availableOutgoingBitrate?: number
    readonly state: RTCPeerConnectionState
  }[]
}

/** Where the SDK's diary goes: a lower-case sentence, values as fields. */
export type Log = (message: string, fields?: object) => void

export type ConferenceClientOptions = {
  /** Origin of the server, such as `https://meet.example`; where the page came from, if absent. */
  readonly url?: string
  /** How mediasoup-client makes its peer connections; needed outside of browsers only. */
  readonly handlerFactory?: types.HandlerFactory
  readonly log?: Log
}

export type JoinOptions = {
  /** The room's name as it stands in its link: letters, digits, `-` and `_`, at most 64. Capitals make no difference. */
  readonly roomId: string
  /** What the others call this person, 1 to 64 characters. */
  readonly name: string
  /** Of the room, if it has one. */
  readonly password?: string
  /** From the fragment of a host's link. */
  readonly hostSecret?: string
  /** Opens the room to one person, once. */
  readonly invite?: string
  /** Issued by an integrator; it names who comes. */
  readonly token?: string
  /** Where to be served, as the operator calls it, if there is a choice. */
  readonly region?: string
}
