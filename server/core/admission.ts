import type { Role, RoomRules } from '../../shared/access.ts'
import { atLeast } from './permissions.ts'

/** Somebody who wants to come in, with what is known of them. */
export type Entrant = {
  readonly role: Role
  readonly banned: boolean
  /** Was removed, and this credential is from before that. */
  readonly removed: boolean
  /** Has been in this room, and has the ticket to prove it. */
  readonly returning: boolean
  /** Was let in by somebody, or has an invite. */
  readonly admitted: boolean
  /** Was put into the lobby. */
  readonly heldInLobby: boolean
  /** The token itself says that somebody has to open. */
  readonly lobby: boolean
}

/** Where an entrant gets: in, into the lobby, or not at all, with the error's code. */
export type Verdict = 'in' | 'inLobby' | 'banned' | 'unauthorized' | 'roomLocked' | 'roomFull'

/** @param peers how many people are in the room, without the entrant */
export function decideEntry(
  entrant: Entrant,
  rules: Pick<RoomRules, 'locked' | 'lobby' | 'maxPeers'>,
  peers: number,
): Verdict {
  if (entrant.banned) return 'banned'
  if (entrant.removed) return 'unauthorized'
  if (entrant.heldInLobby) return 'inLobby'
  if (entrant.returning || atLeast(entrant.role, 'moderator')) return 'in'
  if (rules.locked) return 'roomLocked'
  if (peers >= rules.maxPeers) return 'roomFull'
  return (rules.lobby || entrant.lobby) && !entrant.admitted ? 'inLobby' : 'in'
}
