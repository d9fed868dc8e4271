import { SfuError } from '../../shared/errors.ts'
import type { Input, RequestName } from '../../shared/requests.ts'
import type { Peer } from '../rooms/Peer.ts'
import type { EntryOptions, Room } from '../rooms/Room.ts'
import type { RoomRegistry } from '../rooms/RoomRegistry.ts'
import type { Handlers } from './dispatch.ts'
import type { Session } from './Session.ts'

/** One handler for each request of the contract; what they need is already validated and allowed. */
export function createHandlers(registry: RoomRegistry): Handlers {
  /** Goes into the session's room; on failure the session is where it was. */
  async function enter<T>(
    session: Session,
    state: 'warm' | 'joined',
    go: (room: Room) => Promise<{ peer: Peer; answer: T }>,
  ): Promise<T> {
    // Taken at once: a second entry on the way would otherwise go in twice.
    session.state = state
    try {
      const { room, entered } = await registry.enter(session.claims.roomId, go)
      if (isOver(session)) {
        room.leave(entered.peer, 'disconnected')
        throw new SfuError('roomClosed')
      }
      session.membership = { room, peer: entered.peer }
      return entered.answer
    } catch (error) {
      if (!isOver(session)) session.state = 'waiting'
      throw error
    }
  }

  return {
    warmUp: (session, input) => enter(session, 'warm', (room) => room.warmUp(entryOptions(session, input))),
    join: async (session, input) => {
      const { membership } = session
      // A second entry would make a second peer, and only one of them would ever leave.
      if (!membership && session.state === 'warm') throw new SfuError('notAllowed', 'the warm-up is not answered yet')
      if (!membership) return await enter(session, 'joined', (room) => room.join(entryOptions(session, input)))
      session.state = 'joined'
      return membership.room.joinWarm(membership.peer, input)
    },
    leave: (session) => {
      session.close('left')
      return {}
    },

    connectTransport: joined<'connectTransport'>(async ({ peer }, { transportId, dtlsParameters }) => {
      await peer.media.connectTransport(transportId, dtlsParameters)
      return {}
    }),
    restartIce: joined<'restartIce'>(async ({ peer }, { transportId }) => ({
      iceParameters: await peer.media.restartIce(transportId),
    })),

    produce: joined<'produce'>(async ({ room, peer }, { paused = false, frame, replaces, ...input }) => ({
      producerId: await room.produce(peer, { ...input, paused, frame, replaces }),
    })),
    pauseProducer: joined<'pauseProducer'>(async ({ room, peer }, { producerId }) => {
      await room.setProducerPaused(peer, producerId, true)
      return {}
    }),
    resumeProducer: joined<'resumeProducer'>(async ({ room, peer }, { producerId }) => {
      await room.setProducerPaused(peer, producerId, false)
      return {}
    }),
    closeProducer: joined<'closeProducer'>(({ room, peer }, { producerId }) => {
      room.closeProducer(peer, producerId)
      return {}
    }),

    resumeConsumers: joined<'resumeConsumers'>(async ({ room, peer }, { consumerIds }) => {
      await room.resumeConsumers(peer, consumerIds)
      return {}
    }),
    sendChat: joined<'sendChat'>(({ room, peer }, input) => ({ message: room.sendChat(peer, input) })),
    setHand: joined<'setHand'>(({ room, peer }, { raised }) => {
      room.setHand(peer, raised)
      return {}
    }),
    sendReaction: joined<'sendReaction'>(({ room, peer }, { reaction }) => {
      room.sendReaction(peer, reaction)
      return {}
    }),
    setReception: joined<'setReception'>(async ({ room, peer }, input) => {
      await room.setReception(peer, input)
      return {}
    }),
    hintVoice: joined<'hintVoice'>(({ room, peer }) => {
      room.hintVoice(peer)
      return {}
    }),
    setViewport: joined<'setViewport'>(({ room, peer }, viewport) => {
      room.setViewport(peer, viewport)
      return {}
    }),
  }
}

const isOver = (session: Session): boolean => session.state === 'ended'

const entryOptions = (session: Session, input: Input<'warmUp'>): EntryOptions => ({
  peerId: session.peerId,
  name: session.claims.name,
  session,
  rtpCapabilities: input.rtpCapabilities,
  dtlsParameters: input.dtlsParameters,
  viewport: input.viewport,
  reception: input.reception,
})

/** A handler for somebody who is in the room: the join's own answer may still be on its way. */
function joined<N extends RequestName>(
  handle: (member: { room: Room; peer: Peer }, input: Input<N>) => ReturnType<Handlers[N]>,
) {
  return (session: Session, input: Input<N>): ReturnType<Handlers[N]> => {
    if (!session.membership) throw new SfuError('notAllowed', 'the join is not answered yet')
    return handle(session.membership, input)
  }
}
