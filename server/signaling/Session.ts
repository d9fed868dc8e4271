import type { PeerId } from '../../shared/ids.ts'
import type { EndReason, NotificationData, NotificationName } from '../../shared/notifications.ts'
import type { RequestState } from '../../shared/requests.ts'
import type { JoinClaims } from '../auth/tokens.ts'
import { type Rights, rightsOf } from '../core/permissions.ts'
import type { Lobby, LobbySession } from '../rooms/Lobby.ts'
import type { Peer } from '../rooms/Peer.ts'
import type { Room } from '../rooms/Room.ts'
import type { TicketOffice } from './TicketOffice.ts'

/** What a session needs of its socket. */
export interface SessionSocket {
  emit(name: string, data: unknown, seq: number): void
  disconnect(): void
}

/** Who has been let in joins at once; one that does not is let go, milliseconds. */
const ADMITTED_PATIENCE_MS = 30_000

/** One socket's conversation: its identity from the token, its state, its numbered notifications. Dies with the socket. */
export class Session implements LobbySession {
  readonly peerId: PeerId
  readonly claims: JoinClaims
  state: RequestState | 'ended' = 'waiting'
  /** Set while the state is `warm` or `joined`. */
  membership: { room: Room; peer: Peer } | undefined
  /** Set while the state is `lobby`. */
  lobby: Lobby | undefined
  /** Set from the first join on. */
  tickets: TicketOffice | undefined

  readonly #socket: SessionSocket
  #seq = 0
  #holds = 0
  #held: (() => void)[] = []
  #patience: NodeJS.Timeout | undefined

  constructor(options: { peerId: PeerId; claims: JoinClaims; socket: SessionSocket }) {
    this.peerId = options.peerId
    this.claims = options.claims
    this.#socket = options.socket
  }

  /** What it may do now. */
  get rights(): Rights {
    const { role = 'speaker', grants } = this.claims
    return this.membership?.peer.rights ?? rightsOf(role, grants, { chat: 'everyone' })
  }

  notify<N extends NotificationName>(name: N, data: NotificationData<N>): void {
    if (this.state === 'ended') return
    const send = () => this.#socket.emit(name, data, ++this.#seq)
    if (this.#holds > 0) this.#held.push(send)
    else send()
    // The ticket tells the role, and what is muted.
    if (name === 'selfChanged') this.tickets?.renew()
  }

  /** Keeps notifications back until there have been as many calls of `release`. */
  hold(): void {
    this.#holds++
  }

  release(): void {
    this.#holds--
    if (this.#holds === 0) this.#flush()
  }

  enterLobby(lobby: Lobby): void {
    this.state = 'lobby'
    this.lobby = lobby
  }

  handleAdmitted(): void {
    if (this.state === 'ended') return
    this.state = 'waiting'
    this.lobby = undefined
    this.#patience = setTimeout(() => {
      if (this.state !== 'joined') this.end('idle')
    }, ADMITTED_PATIENCE_MS)
    this.notify('admitted', {})
  }

  end(reason: EndReason): void {
    if (this.state === 'ended') return
    this.#flush()
    this.#holds = 0
    this.notify('sessionEnded', { reason })
    this.state = 'ended'
    this.#stop()
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
    this.#stop()
    const membership = this.membership
    this.membership = undefined
    membership?.room.leave(membership.peer, reason)
  }

  #stop(): void {
    clearTimeout(this.#patience)
    this.tickets?.close()
    this.lobby?.remove(this)
    this.lobby = undefined
  }
}
