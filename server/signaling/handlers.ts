import type { Logger } from 'pino'
import type { NodeId } from '../../shared/ids.ts'
import type { Passwords } from '../auth/passwords.ts'
import type { Tokens } from '../auth/tokens.ts'
import type { RoomRegistry } from '../rooms/RoomRegistry.ts'
import type { RoomStore } from '../store/RoomStore.ts'
import type { Handlers } from './dispatch.ts'
import { createEntryHandlers } from './entryHandlers.ts'
import type { Farewells } from './Farewells.ts'
import { joined } from './joined.ts'
import { createModerationHandlers } from './moderationHandlers.ts'
import { createResumeHandler } from './resumeHandler.ts'

export type HandlerParts = {
  /** Of this node; tickets name it. */
  nodeId: NodeId
  registry: RoomRegistry
  store: RoomStore
  tokens: Tokens
  passwords: Passwords
  /** How often a ticket is replaced, milliseconds. */
  ticketEveryMs: number
  farewells: Farewells
  log: Logger
}

/** One handler for each request of the contract; what they need is already validated and allowed. */
export function createHandlers(parts: HandlerParts): Handlers {
  return {
    ...createEntryHandlers(parts),
    ...createModerationHandlers(parts),
    resume: createResumeHandler(parts),

    connectTransport: joined<'connectTransport'>(async ({ peer }, { transportId, dtlsParameters }) => {
      await peer.media.connectTransport(transportId, dtlsParameters)
      return {}
    }),
    restartIce: joined<'restartIce'>(async ({ peer }, { transportId }) => ({
      iceParameters: await peer.media.restartIce(transportId),
    })),

    produce: joined<'produce'>(async ({ room, peer, session }, { paused = false, frame, replaces, ...input }) => {
      const producerId = await room.publications.produce(peer, { ...input, paused, frame, replaces })
      session.tickets?.renew()
      return { producerId }
    }),
    pauseProducer: joined<'pauseProducer'>(async ({ room, peer, session }, { producerId }) => {
      await room.publications.setProducerPaused(peer, producerId, true)
      session.tickets?.renew()
      return {}
    }),
    resumeProducer: joined<'resumeProducer'>(async ({ room, peer, session }, { producerId }) => {
      await room.publications.setProducerPaused(peer, producerId, false)
      session.tickets?.renew()
      return {}
    }),
    closeProducer: joined<'closeProducer'>(({ room, peer }, { producerId }) => {
      room.publications.closeProducer(peer, producerId)
      return {}
    }),

    resumeConsumers: joined<'resumeConsumers'>(async ({ room, peer }, { consumerIds }) => {
      await room.resumeConsumers(peer, consumerIds)
      return {}
    }),
    sendChat: joined<'sendChat'>(async ({ room, peer }, input) => ({
      message: await room.conversation.sendChat(peer, input),
    })),
    setHand: joined<'setHand'>(({ room, peer }, { raised }) => {
      room.conversation.setHand(peer, raised)
      return {}
    }),
    sendReaction: joined<'sendReaction'>(({ room, peer }, { reaction }) => {
      room.conversation.sendReaction(peer, reaction)
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
