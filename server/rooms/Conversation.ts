import { randomUUID } from 'node:crypto'
import type { ChatMessage, Reaction } from '../../shared/chat.ts'
import { SfuError } from '../../shared/errors.ts'
import type { ChatMessageId, PeerId } from '../../shared/ids.ts'
import type { Input } from '../../shared/requests.ts'
import type { Entrance } from './Entrance.ts'
import type { Peer } from './Peer.ts'
import type { Room } from './Room.ts'

type Options = { room: Room; entrance: Entrance; now: () => number }

/** What the members of a room say without a voice: messages, hands, signs. Owned by Room. */
export class Conversation {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /** @throws SfuError `notFound` when the addressee is not here; `notReady` when their node cannot be reached */
  async sendChat(peer: Peer, { text, to }: Input<'sendChat'>): Promise<ChatMessage> {
    const message: ChatMessage = {
      id: randomUUID() as unknown as ChatMessageId,
      from: peer.id,
      name: peer.name,
      ...(to === undefined ? {} : { to }),
      text,
      sentAt: this.#options.now(),
    }
    if (to === undefined) this.#options.entrance.memory.addMessage(message)
    else await this.#sendPrivately(peer, { ...message, to })
    return message
  }

  /** Hands on what was said to somebody here. @throws SfuError `notFound` */
  deliver(message: ChatMessage): void {
    const addressee = message.to === undefined ? undefined : this.#options.room.roster.peer(message.to)
    if (!addressee) throw new SfuError('notFound')
    addressee.session.notify('chatMessage', { message })
  }

  setHand(peer: Peer, raised: boolean): void {
    if (raised === (peer.handRaisedAt !== undefined)) return
    peer.handRaisedAt = raised ? this.#options.now() : undefined
    this.#options.room.showPeer(peer)
  }

  sendReaction(peer: Peer, reaction: Reaction): void {
    this.#options.room.roster.notifyAll('reaction', { peerId: peer.id, reaction })
    this.#options.entrance.link.sendEvent('reaction', { peerId: peer.id, reaction })
  }

  async #sendPrivately(peer: Peer, message: ChatMessage & { to: PeerId }): Promise<void> {
    const { room, entrance } = this.#options
    const elsewhere = room.roster.peer(message.to) ? undefined : room.roster.remotePeer(message.to)
    if (elsewhere) await entrance.link.command(elsewhere.node, 'deliverChat', { message })
    else this.deliver(message)
    if (message.to !== peer.id) peer.session.notify('chatMessage', { message })
  }
}
