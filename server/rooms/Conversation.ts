import { randomUUID } from 'node:crypto'
import type { ChatMessage, Reaction } from '../../shared/chat.ts'
import { SfuError } from '../../shared/errors.ts'
import type { ChatMessageId } from '../../shared/ids.ts'
import type { Input } from '../../shared/requests.ts'
import type { Peer } from './Peer.ts'
import type { Room } from './Room.ts'
import type { RoomMemory } from './RoomMemory.ts'

type Options = { room: Room; memory: RoomMemory; now: () => number }

/** What the members of a room say without a voice: messages, hands, signs. Owned by Room. */
export class Conversation {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /** @throws SfuError `notFound` when the addressee is not here */
  sendChat(peer: Peer, { text, to }: Input<'sendChat'>): ChatMessage {
    const addressee = to === undefined ? undefined : this.#options.room.peer(to)
    if (to !== undefined && !addressee) throw new SfuError('notFound')
    const message: ChatMessage = {
      id: randomUUID() as unknown as ChatMessageId,
      from: peer.id,
      name: peer.name,
      ...(to === undefined ? {} : { to }),
      text,
      sentAt: this.#options.now(),
    }
    if (addressee) {
      for (const member of new Set([peer, addressee])) member.session.notify('chatMessage', { message })
    } else {
      this.#options.memory.addMessage(message)
      this.#options.room.notifyAll('chatMessage', { message })
    }
    return message
  }

  setHand(peer: Peer, raised: boolean): void {
    if (raised === (peer.handRaisedAt !== undefined)) return
    peer.handRaisedAt = raised ? this.#options.now() : undefined
    this.#options.room.showPeer(peer)
  }

  sendReaction(peer: Peer, reaction: Reaction): void {
    this.#options.room.notifyAll('reaction', { peerId: peer.id, reaction })
  }
}
