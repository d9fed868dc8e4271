import type { PeerId } from '../../shared/ids.ts'
import type { EndReason, NotificationData, NotificationName } from '../../shared/notifications.ts'
import type { RequestState } from '../../shared/requests.ts'
import type { JoinClaims } from '../auth/tokens.ts'
import { type Rights, rightsOf } from '../core/permissions.ts'
import type { Lobby, LobbySession } from '../rooms/Lobby.ts'
import type { Peer } from '../rooms/Peer.ts'
import type { Room } from '../rooms/Room.ts'
import type { Farewells } from './Farewells.ts'
import { type Logged, NotificationLog } from './NotificationLog.ts'
import type { TicketOffice } from './TicketOffice.ts'

/** What a session needs of its socket. */
export interface SessionSocket {
  emit(name: string, data: unknown, seq: number): void
  disconnect(): void
}

/** Who has been let in joins at once; one that does not is let go, milliseconds. */
const ADMITTED_PATIENCE_MS = 30_000

/**
 * One socket's conversation: its identity from the token, its state, its numbered notifications. It ends with the socket;
 * that of somebody in the room waits, without it, until another session takes it over or the room lets go of the peer.
 */
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
  readonly #farewells: Farewells
  readonly #underWay = new Set<Promise<unknown>>()
  #log = new NotificationLog()
  #hasSocket = true
  #holds = 0
  #held: Logged[] = []
  #patience: NodeJS.Timeout | undefined

  constructor(options: { peerId: PeerId; claims: JoinClaims; socket: SessionSocket; farewells: Farewells }) {
    this.peerId = options.peerId
    this.claims = options.claims
    this.#socket = options.socket
    this.#farewells = options.farewells
  }

  /** What it may do now. */
  get rights(): Rights {
    const { role = 'speaker', grants } = this.claims
    return this.membership?.peer.rights ?? rightsOf(role, grants, { chat: 'everyone' })
  }

  notify<N extends NotificationName>(name: N, data: NotificationData<N>): void {
    if (this.state === 'ended') return
    const logged = this.#log.add(name, data)
    if (this.#holds > 0) this.#held.push(logged)
    else this.#send(logged)
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

  /** @param movesOn the same peer is on another node: whoever holds its ticket goes on there, and was not sent away */
  end(reason: EndReason, movesOn = false): void {
    if (this.state === 'ended') return
    this.#flush()
    this.#holds = 0
    this.notify('sessionEnded', { reason })
    // What was just written to the socket may never arrive.
    if (this.state === 'joined' && !movesOn) this.#farewells.add(this.peerId, reason)
    this.state = 'ended'
    this.#stop()
    this.disconnect()
  }

  disconnect(): void {
    this.#socket.disconnect()
  }

  /** A request is being handled. */
  track(request: Promise<unknown>): void {
    this.#underWay.add(request)
    const forget = () => this.#underWay.delete(request)
    request.then(forget, forget)
  }

  /** Resolves when the requests that are being handled now are done. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay)
  }

  /**
   * The socket is gone, or is of no use any more; who is in the room may come back over another.
   * @param silentMs how long nothing has come by it, milliseconds
   */
  loseSocket(silentMs = 0): void {
    if (!this.#hasSocket) return
    this.#hasSocket = false
    this.disconnect()
    if (this.state === 'joined' && this.membership) {
      const { room, peer } = this.membership
      room.absences.begin(peer, silentMs)
    } else this.close('disconnected')
  }

  /** Goes on where another session of the same peer has lost its socket; that one is over. */
  takeOver(other: Session): void {
    this.#log = other.#log
    this.membership = other.membership
    this.tickets = other.tickets
    this.state = 'joined'
    other.state = 'ended'
    other.membership = undefined
    other.tickets = undefined
    other.#stop()
  }

  /** What came after a notification, while this session holds back: none of it will be sent again. */
  catchUp(lastSeq: number): { seq: number; missed: Logged[] | undefined } {
    this.#held = []
    return { seq: this.#log.lastSeq, missed: this.#log.since(lastSeq) }
  }

  #flush(): void {
    for (const logged of this.#held.splice(0)) this.#send(logged)
  }

  #send({ name, data, seq }: Logged): void {
    if (this.#hasSocket) this.#socket.emit(name, data, seq)
  }

  /** The client has left, or is gone for good. */
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
