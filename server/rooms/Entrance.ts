import type { Grants, Role, Waiting } from '../../shared/access.ts'
import { SfuError } from '../../shared/errors.ts'
import type { Identity, NodeId, PeerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { RoomLink } from '../cluster/Cluster.ts'
import { decideEntry } from '../core/admission.ts'
import { type Knock, Lobby } from './Lobby.ts'
import type { NodeEvent, OtherNodes } from './OtherNodes.ts'
import type { RoomMemory } from './RoomMemory.ts'

/** What somebody's token says of them. */
export type EntryPass = {
  readonly identity: Identity
  /** Absent: what the room says, or a speaker. */
  readonly role?: Role
  /** The token wants somebody to open. */
  readonly lobby?: boolean
  readonly grants: Grants
  /** Milliseconds since 1970. */
  readonly issuedAt: number
  /** Who asked for this very person. */
  readonly invitedBy?: Identity
  /** Has the ticket of an earlier visit. */
  readonly returning: boolean
  /** What was muted by others in that visit. */
  readonly forcedMute?: readonly Source[]
  /** Of the room that it is for; absent: any of that name. */
  readonly epoch?: string
}

const DEFAULT_ROLE: Role = 'speaker'

type Options = { memory: RoomMemory; others: OtherNodes; link: RoomLink }

/**
 * The way into one room: what it remembers, who waits, and what other nodes have of it. It is there while somebody is in
 * the room or before it on this node.
 */
export class Entrance {
  readonly memory: RoomMemory
  readonly others: OtherNodes
  readonly link: RoomLink
  readonly lobby = new Lobby()

  constructor({ memory, others, link }: Options) {
    this.memory = memory
    this.others = others
    this.link = link
    this.lobby.on('changed', () => link.setState('lobby', '', this.lobby.size > 0 ? this.lobby.list() : undefined))
    others.on('event', (event) => this.#handleEvent(event))
    others.on('restored', () => memory.restore())
    others.start()
  }

  /** Who waits, on this node and on others. */
  waiting(): Waiting[] {
    return [...this.lobby.list(), ...this.others.waiting()].sort((a, b) => a.since - b.since)
  }

  /** Where somebody waits, if not here. */
  nodeOfWaiting(peerId: PeerId): NodeId | undefined {
    return this.lobby.has(peerId) ? undefined : this.others.nodeOfWaiting(peerId)
  }

  /** @throws SfuError `notFound` */
  admit(peerId: PeerId): void {
    const { identity, session } = this.#knock(peerId)
    this.memory.patchMember(identity, { admitted: true, heldInLobby: false })
    session.handleAdmitted()
  }

  /** @throws SfuError `notFound` */
  refuse(peerId: PeerId): void {
    this.#knock(peerId).session.end('refused')
  }

  /**
   * @param peers how many people are in the room, without this one
   * @throws SfuError `inLobby`, `banned`, `unauthorized`, `roomLocked`, `roomFull`
   */
  check(pass: EntryPass, peers: number): void {
    const { memory } = this
    const { ban, removedAt, admitted = false, heldInLobby = false } = memory.member(pass.identity)
    const isInvited = pass.invitedBy !== undefined
    // Else whoever is banned comes back by an invite that they made before.
    const isVoid = isInvited && memory.member(pass.invitedBy).ban !== undefined
    const isForAnother = pass.epoch !== undefined && pass.epoch !== memory.truth.epoch
    const entrant = {
      role: this.roleOf(pass),
      banned: ban !== undefined,
      removed: isForAnother || isVoid || (removedAt !== undefined && pass.issuedAt <= removedAt),
      returning: pass.returning,
      admitted: admitted || isInvited,
      heldInLobby,
      lobby: pass.lobby ?? false,
    }
    const verdict = decideEntry(entrant, memory.rules, peers)
    if (verdict !== 'in') throw new SfuError(verdict)
  }

  roleOf({ identity, role }: EntryPass): Role {
    return this.memory.member(identity).role ?? role ?? DEFAULT_ROLE
  }

  /**
   * Somebody is in: their role from now on. In a room that nobody owns, the first becomes host.
   *
   * @param isFirst nobody is there whom one could see
   */
  settle(pass: EntryPass, isFirst: boolean): Role {
    const { memory } = this
    const opens = isFirst && memory.truth.ownerless && pass.role === undefined && pass.grants.hidden !== true
    const role = opens ? 'host' : this.roleOf(pass)
    if (role === 'host') memory.setHost(pass.identity)
    return role
  }

  /** Nobody is here any more, nor waits. */
  close(): void {
    this.link.close()
    this.others.removeAllListeners()
  }

  /** What other nodes have changed in the room, they have stored. */
  #handleEvent({ name, data }: NodeEvent): void {
    if (name === 'truth') this.memory.applyTruth(data.patch)
    else if (name === 'member') this.memory.applyMember(data.identity, data.patch)
    else if (name === 'chat') this.memory.applyMessage(data.message)
    else if (name === 'chatDeleted') this.memory.applyRemoval(data.messageId)
    else if (name === 'callEnded') this.lobby.close('callEnded')
  }

  #knock(peerId: PeerId): Knock {
    const knock = this.lobby.take(peerId)
    if (!knock) throw new SfuError('notFound')
    return knock
  }
}
