import type { PeerId } from '../../shared/ids.ts'
import type { EndReason, NotificationData, NotificationName } from '../../shared/notifications.ts'
import type { RequestState } from '../../shared/requests.ts'
import type { JoinClaims } from '../auth/joinToken.ts'
import { ALL_GRANTS, type Grants } from '../core/permissions.ts'
import type { Peer, PeerSession } from '../rooms/Peer.ts'
import type { Room } from '../rooms/Room.ts'

/** What a session needs of its socket. */
export interface SessionSocket {
  emit(name: string, data: unknown, seq: number): void
  disconnect(): void
}

/** One socket's conversation: its identity from the token, its state, its numbered notifications. Dies with the socket. */
export class Session implements PeerSession {
  readonly peerId: PeerId
  readonly claims: JoinClaims
  readonly grants: Grants = ALL_GRANTS
  state: RequestState | 'ended' = 'waiting'
  /** Set while the state is `joined`. */
  membership: { room: Room; peer: Peer } | undefined

  readonly #socket: SessionSocket
  #seq = 0
  #holds = 0
  #held: (() => void)[] = []

  constructor(options: { peerId: PeerId; claims: JoinClaims; socket: SessionSocket }) {
    this.peerId = options.peerId
    this.claims = options.claims
    this.#socket = options.socket
  }

  notify<N extends NotificationName>(name: N, data: NotificationData<N>): void {
    if (this.state === 'ended') return
    const send = () => this.#socket.emit(name, data, ++this.#seq)
    if (this.#holds > 0) this.#held.push(send)
    else send()
  }

  /** Keeps notifications back until there have been as many calls of `release`. */
  hold(): void {
    this.#holds++
  }

  release(): void {
    this.#holds--
    if (this.#holds === 0) this.#flush()
  }

  end(reason: EndReason): void {
    if (this.state === 'ended') return
    this.#flush()
    this.#holds = 0
    this.notify('sessionEnded', { reason })
    this.state = 'ended'
    this.disconnect()
  }

  #flush(): void {
    for (const send of this.#held.splice(0)) send()
  }

  disconnect(): void {
    this.#socket.disconnect()
  }

  /** The socket is gone, or the client has left. */
  close(reason: EndReason): void {
    this.state = 'ended'
    const membership = this.membership
    this.membership = undefined
    membership?.room.leave(membership.peer, reason)
  }
}
