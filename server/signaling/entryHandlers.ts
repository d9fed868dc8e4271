import { SfuError } from '../../shared/errors.ts'
import type { Input, Output } from '../../shared/requests.ts'
import type { JoinClaims } from '../auth/tokens.ts'
import type { EntryPass } from '../rooms/Entrance.ts'
import type { Peer } from '../rooms/Peer.ts'
import type { EntryOptions, Room } from '../rooms/Room.ts'
import type { Handlers } from './dispatch.ts'
import type { HandlerParts } from './handlers.ts'
import type { Session } from './Session.ts'
import { TicketOffice } from './TicketOffice.ts'

/** How a session gets into its room, perhaps through the lobby, and out again. */
export function createEntryHandlers(parts: HandlerParts): Pick<Handlers, 'warmUp' | 'join' | 'leave'> {
  const { registry, store, tokens, nodeId, ticketEveryMs, farewells, log } = parts

  /** Goes into the session's room; on failure the session is where it was. */
  async function enter<T>(
    session: Session,
    state: 'warm' | 'joined',
    go: (room: Room) => Promise<{ peer: Peer; answer: T }>,
  ): Promise<T> {
    const { roomId, epoch } = session.claims
    // Taken at once: a second entry on the way would otherwise go in twice.
    session.state = state
    try {
      // Whose token is for a room that is over makes no new one of its name.
      if (epoch !== undefined && !(await registry.find(roomId))) throw new SfuError('unauthorized')
      const entrance = await registry.entrance(roomId)
      // Before there is a room, let alone media: who waits in the lobby costs neither.
      entrance.check(passOf(session.claims), registry.peerCount(roomId))
      await (state === 'joined' ? useInvite(session.claims) : lookAtInvite(session.claims))
      const { room, entered } = await registry.enter(roomId, go)
      if (isOver(session)) {
        room.leave(entered.peer, 'disconnected')
        throw new SfuError('roomClosed')
      }
      session.membership = { room, peer: entered.peer }
      return entered.answer
    } catch (error) {
      if (!isOver(session)) session.state = 'waiting'
      registry.handleRefused(roomId)
      throw error
    }
  }

  /** @throws SfuError `unauthorized` where somebody else has used it */
  async function useInvite({ identity, invite }: JoinClaims): Promise<void> {
    if (invite && !(await store.useOnce(invite.id, identity, invite.expiresAt))) throw new SfuError('unauthorized')
  }

  /** Who only prepares leaves it unused. @throws SfuError as {@link useInvite} */
  async function lookAtInvite({ identity, invite }: JoinClaims): Promise<void> {
    if (invite && !(await store.mayUse(invite.id, identity))) throw new SfuError('unauthorized')
  }

  async function enterLobby(session: Session): Promise<void> {
    const { lobby } = await registry.entrance(session.claims.roomId)
    if (isOver(session)) return
    const { peerId, claims } = session
    lobby.add({ peerId, identity: claims.identity, name: claims.name, since: Date.now(), session })
    session.enterLobby(lobby)
  }

  async function withTicket(session: Session, answer: Omit<Output<'join'>, 'ticket'>): Promise<Output<'join'>> {
    const { membership, claims } = session
    if (!membership) throw new SfuError('roomClosed')
    const { epoch } = (await registry.entrance(claims.roomId)).memory.truth
    session.tickets?.close()
    session.tickets = new TicketOffice({
      tokens,
      claims,
      peer: membership.peer,
      nodeId,
      epoch,
      everyMs: ticketEveryMs,
      log,
    })
    if (isOver(session)) session.tickets.close()
    farewells.forget(membership.peer.id)
    return { ...answer, ticket: await session.tickets.issue() }
  }

  async function join(session: Session, input: Input<'join'>): Promise<Output<'join'>> {
    const { membership } = session
    // A second entry would make a second peer, and only one of them would ever leave.
    if (!membership && session.state === 'warm') throw new SfuError('notAllowed', 'the warm-up is not answered yet')
    if (!membership) {
      const answer = await enter(session, 'joined', (room) => room.join(entryOptions(session, input)))
      return await withTicket(session, answer)
    }
    session.state = 'joined'
    const { room, peer } = membership
    try {
      await useInvite(session.claims)
      if (isOver(session)) throw new SfuError('roomClosed')
      return await withTicket(session, room.joinWarm(peer, input))
    } catch (error) {
      session.membership = undefined
      room.leave(peer, 'disconnected')
      if (!isOver(session)) session.state = 'waiting'
      throw error
    }
  }

  return {
    warmUp: (session, input) => enter(session, 'warm', (room) => room.warmUp(entryOptions(session, input))),
    join: async (session, input) => {
      try {
        return await join(session, input)
      } catch (error) {
        if (error instanceof SfuError && error.code === 'inLobby') await enterLobby(session)
        throw error
      }
    },
    leave: (session) => {
      session.close('left')
      return {}
    },
  }
}

export const isOver = (session: Session): boolean => session.state === 'ended'

export const passOf = ({ identity, role, lobby, grants, issuedAt, epoch, invite, ticket }: JoinClaims): EntryPass => ({
  identity,
  ...(role && { role }),
  ...(lobby !== undefined && { lobby }),
  grants,
  issuedAt,
  ...(invite && { invitedBy: invite.by }),
  returning: ticket !== undefined,
  ...(ticket && { forcedMute: ticket.forcedMute }),
  ...(epoch !== undefined && { epoch }),
})

const entryOptions = (session: Session, input: Input<'warmUp'>): EntryOptions => ({
  peerId: session.peerId,
  name: session.claims.name,
  pass: passOf(session.claims),
  session,
  rtpCapabilities: input.rtpCapabilities,
  dtlsParameters: input.dtlsParameters,
  viewport: input.viewport,
  reception: input.reception,
})
