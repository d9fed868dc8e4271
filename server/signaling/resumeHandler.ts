import { SfuError } from '../../shared/errors.ts'
import type { Output } from '../../shared/requests.ts'
import type { Peer } from '../rooms/Peer.ts'
import type { Room } from '../rooms/Room.ts'
import type { Handlers } from './dispatch.ts'
import { isOver, passOf } from './entryHandlers.ts'
import type { HandlerParts } from './handlers.ts'
import { Session } from './Session.ts'

/** How a peer whose socket is lost goes on over another. */
export function createResumeHandler({ registry, farewells, log }: HandlerParts): Handlers['resume'] {
  return async (session, { lastSeq }) => {
    const { room, peer } = find(session)
    // At once: a second entry on the way would otherwise go in twice.
    session.state = 'joined'
    try {
      await takeOver(session, peer)
      room.absences.end(peer)
      const ticket = await session.tickets?.issue()
      if (ticket === undefined || peer.closed || peer.session !== session) throw new SfuError('gone')
      const answer = answerFor({ session, room, peer, lastSeq, ticket })
      room.handleReturned(peer, answer.snapshot !== undefined)
      log.info({ peer: peer.id, missed: answer.missed?.length ?? 'all' }, 'peer resumed')
      return answer
    } catch (error) {
      if (!session.membership && !isOver(session)) session.state = 'waiting'
      throw error
    }
  }

  /** Only whoever holds its ticket. @throws SfuError `gone`; as {@link Room.returning} */
  function find(session: Session): { room: Room; peer: Peer } {
    const { ticket, roomId } = session.claims
    if (!ticket) throw new SfuError('gone')
    const room = registry.room(roomId)
    try {
      if (!room) throw new SfuError('gone')
      return { room, peer: room.returning(ticket.peerId, passOf(session.claims)) }
    } catch (error) {
      const reason = farewells.get(ticket.peerId)
      if (reason) session.end(reason)
      throw error
    }
  }
}

/** Two sockets of one client may come at the same time: the last of them has the peer. */
async function takeOver(session: Session, peer: Peer): Promise<void> {
  for (;;) {
    const before = peer.session
    if (!(before instanceof Session)) throw new SfuError('gone')
    before.loseSocket()
    // Else what it has begun would be in neither the answer nor the notifications.
    await before.settled()
    if (peer.closed || isOver(session) || !before.membership) throw new SfuError('gone')
    if (peer.session !== before) continue
    session.takeOver(before)
    peer.session = session
    return
  }
}

type Return = { session: Session; room: Room; peer: Peer; lastSeq: number; ticket: string }

function answerFor({ session, room, peer, lastSeq, ticket }: Return): Output<'resume'> {
  const { seq, missed } = session.catchUp(lastSeq)
  const { consumers, sendTransport, recvTransport } = peer.media
  return {
    seq,
    ...(missed ? { missed: missed.map(({ name, data }) => ({ name, data })) } : {}),
    ...(missed ? {} : { snapshot: room.snapshotFor(peer, consumers) }),
    producers: peer.producers,
    consumerIds: consumers.map(({ id }) => id),
    sendTransport,
    recvTransport,
    ticket,
  }
}
