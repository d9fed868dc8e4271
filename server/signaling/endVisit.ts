import type { JoinClaims } from '../auth/tokens.ts'
import type { RoomRegistry } from '../rooms/RoomRegistry.ts'
import { Session } from './Session.ts'

/**
 * Ends the visit that a ticket was issued for, as the request `leave` does. It may come late: whoever has come back
 * meanwhile, as the same peer, is on another visit and stays.
 */
export function endVisit(registry: RoomRegistry, { roomId, ticket }: JoinClaims): void {
  if (ticket?.visit === undefined) return
  const session = registry.room(roomId)?.roster.here.get(ticket.peerId)?.session
  if (!(session instanceof Session) || session.tickets?.visit !== ticket.visit) return
  session.close('left')
  session.disconnect()
}
