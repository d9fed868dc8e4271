/** What socket.io needs to know of the contract, derived from its two tables, and the placement over HTTP. */

import type { WireError } from './errors.ts'
import type { RtpCapabilities } from './media.ts'
import type { NotificationData, NotificationName } from './notifications.ts'
import type { Input, Output, RequestName } from './requests.ts'

/** Raised when a client of the version before can no longer talk to the server. Sent in the socket's handshake. */
export const PROTOCOL_VERSION = 1

/** Where the socket listens; the only transport is `websocket`. */
export const SOCKET_PATH = '/ws'

/** Longest message that the server accepts, bytes. */
export const MAX_MESSAGE_BYTES = 65536

/** Every request is answered by exactly one of these. */
export type Ack<T> = { ok: true; data: T } | { ok: false; error: WireError }

export type ClientToServerEvents = {
  [N in RequestName]: (input: Input<N>, ack: (answer: Ack<Output<N>>) => void) => void
}
export type ServerToClientEvents = {
  [N in NotificationName]: (data: NotificationData<N>, seq: number) => void
}

/** The socket's handshake (`auth` of socket.io-client). */
export type Handshake = { token: string; protocol: number }

/** Answer of `POST /api/v1/rooms`; the links are paths on the server's origin. */
export type CreatedRoom = {
  roomId: string
  guestLink: string
  /** Whoever has it is host. The secret stands in the fragment, which no server sees. */
  hostLink: string
}

/** Body of `POST /api/v1/rooms/:roomId/join`: a token, a ticket, an invite, or what a guest has. */
export type PlacementRequest = {
  /** Not needed with a token or ticket: those name who comes. */
  name?: string
  password?: string
  /** From the fragment of a host's link. */
  hostSecret?: string
  invite?: string
  /** From the answer of `join`, or the last `ticketChanged`. */
  ticket?: string
  /** Issued by an integrator. */
  token?: string
  /** Where to be served, as the operator calls it; at most 64 characters. */
  region?: string
}

/** Its answer: where to connect, with what, and what there is to negotiate with. */
export type Placement = {
  /**
   * Where the node is that takes this person, such as `https://a.example`, `https://call.example/n/a` or `/n/a`; empty:
   * where it was asked.
   */
  nodeUrl: string
  /** Other nodes that can be asked for a placement when neither that one nor the page's own answers. */
  fallbackUrls?: string[]
  /** Admits one person to one room; goes into the handshake. */
  token: string
  rtpCapabilities: RtpCapabilities
  /** For `RTCPeerConnection`; empty when the server needs no TURN. */
  iceServers: { urls: string[]; username?: string; credential?: string }[]
}
