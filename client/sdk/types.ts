/** The public shapes of the SDK: what an integrator reads and a page shows. No DOM object is touched on import. */
import type { types } from 'mediasoup-client'
import type { ChatMessage } from '../../shared/chat.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import type { PeerId, ProducerId, RoomId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { EndReason } from '../../shared/notifications.ts'
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
}

/**
 * Why a join failed or a call ended. Besides the server's codes: `unreachable` the server does not answer, `noMedia` it
 * does, but sound and picture do not get through to it.
 */
export type Failure = { readonly code: ErrorCode | 'unreachable' | 'noMedia'; readonly message: string }

/** An immutable snapshot; each change makes a new one, and what has not changed keeps its identity. */
export type ClientState = {
  readonly connection: ConnectionState
  readonly roomId: RoomId | undefined
  /** Oneself; absent until the first join. */
  readonly self: PeerView | undefined
  /** The others, in the order in which they joined. */
  readonly peers: readonly PeerView[]
  /** Who speaks now, the loudest first; may hold oneself. */
  readonly speakers: readonly PeerId[]
  /**
   * What was said to everyone, also before this client came, and what was said since to it alone or by it; in the order
   * in which it arrived, the last 500. It stays after the end, until the next join.
   */
  readonly chat: readonly ChatMessage[]
  /** Why the last attempt to join failed or the session ended. */
  readonly failure: Failure | undefined
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
    /** Such as `video/VP9`. */
    readonly codec?: string
    readonly packets: number
    readonly packetsLost?: number
    readonly bytes: number
    readonly framesDecoded?: number
    readonly framesEncoded?: number
    /** How often a key frame was asked for: PLI and FIR (RFC 4585, RFC 5104). */
    readonly keyFrameRequests?: number
    readonly frameWidth?: number
    readonly frameHeight?: number
    /** Sum of squared sample levels times duration, 0 to 1 per second. */
    readonly totalAudioEnergy?: number
  }[]
}

export type CallStats = {
  readonly sent: readonly TrackStats[]
  readonly received: readonly TrackStats[]
  /** The pair of candidates in use for each transport. */
  readonly transports: readonly {
    readonly direction: 'send' | 'recv'
    readonly protocol?: 'udp' | 'tcp'
    /** The server's address, as the client reaches it. */
    readonly remoteAddress?: string
    readonly roundTripTimeSeconds?: number
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
  /** The room's name as it stands in its link: letters, digits, `-` and `_`, at most 64. */
  readonly roomId: string
  /** What the others call this person, 1 to 64 characters. */
  readonly name: string
}
