import type { Grants, Role } from '../../shared/access.ts'
import { SfuError } from '../../shared/errors.ts'
import type { Identity } from '../../shared/ids.ts'
import { decideEntry } from '../core/admission.ts'
import { Lobby } from './Lobby.ts'
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
  /** Of the room that it is for; absent: any of that name. */
  readonly epoch?: string
}

const DEFAULT_ROLE: Role = 'speaker'

/** The way into one room: what it remembers, and who waits. It is there while somebody is in the room or before it. */
export class Entrance {
  readonly memory: RoomMemory
  readonly lobby = new Lobby()

  constructor(memory: RoomMemory) {
    this.memory = memory
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
}
