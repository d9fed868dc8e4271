import { SfuError } from '../../shared/errors.ts'
import type { Input, RequestName } from '../../shared/requests.ts'
import type { Peer } from '../rooms/Peer.ts'
import type { Room } from '../rooms/Room.ts'
import type { RoomRegistry } from '../rooms/RoomRegistry.ts'
import type { Handlers } from './dispatch.ts'
import type { Session } from './Session.ts'

/** One handler for each request of the contract; what they need is already validated and allowed. */
export function createHandlers(registry: RoomRegistry): Handlers {
  return {
    join: async (session, input) => {
      // Taken at once: a second join on the way would otherwise enter twice.
      session.state = 'joined'
      session.hold()
      try {
        const { room, peer, snapshot } = await registry.join(session.claims.roomId, {
          peerId: session.peerId,
          name: session.claims.name,
          session,
          rtpCapabilities: input.rtpCapabilities,
          dtlsParameters: input.dtlsParameters,
          viewport: input.viewport,
        })
        if (isOver(session)) {
          room.leave(peer, 'disconnected')
          throw new SfuError('roomClosed')
        }
        session.membership = { room, peer }
        return snapshot
      } catch (error) {
        if (!isOver(session)) session.state = 'waiting'
        throw error
      }
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

    produce: joined<'produce'>(async ({ room, peer }, { paused = false, ...input }) => ({
      producerId: await room.produce(peer, { ...input, paused }),
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
    setViewport: joined<'setViewport'>(({ room, peer }, viewport) => {
      room.setViewport(peer, viewport)
      return {}
    }),
  }
}

const isOver = (session: Session): boolean => session.state === 'ended'

/** A handler for somebody who is in the room: the join's own answer may still be on its way. */
function joined<N extends RequestName>(
  handle: (member: { room: Room; peer: Peer }, input: Input<N>) => ReturnType<Handlers[N]>,
) {
  return (session: Session, input: Input<N>): ReturnType<Handlers[N]> => {
    if (!session.membership) throw new SfuError('notAllowed', 'the join is not answered yet')
    return handle(session.membership, input)
  }
}
