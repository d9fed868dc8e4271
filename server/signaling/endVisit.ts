import type { JoinClaims } from '../auth/tokens.ts'
import type { RoomRegistry } from '../rooms/RoomRegistry.ts'
import { Session } from './Session.ts'

/**
 * Ends the visit that a ticket was issued for, as the request `leave` does. It may come late: whoever has come back
 * meanwhile, as the same peer, is on another visit and stays.
 */
export function endVisit(registry: RoomRegistry, { roomId, ticket }: JoinClaims): void {
  if (ticket?.visit === undefined) return
  for (const { id, session } of registry.room(roomId)?.peers ?? []) {
    if (id !== ticket.peerId || !(session instanceof Session) || session.tickets?.visit !== ticket.visit) continue
    session.close('left')
    session.disconnect()
  }
}
