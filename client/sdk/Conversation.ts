import type { ChatMessage, Reaction } from '../../shared/chat.ts'
import { SfuError } from '../../shared/errors.ts'
import type { PeerId } from '../../shared/ids.ts'
import type { Input, Output, RequestName } from '../../shared/requests.ts'
import { newMessages } from './chatLog.ts'
import { runInBackground } from './concurrency.ts'
import { messageOf, toClientError } from './failures.ts'
import type { Session } from './Session.ts'
import type { Log } from './types.ts'

type Options = {
  /** The session that is joined, if there is one now. */
  readonly session: () => Session | undefined
  /** A message that the server has taken; it may come by its notification as well. */
  readonly onSent: (message: ChatMessage) => void
  /** One's own hand is down, and no notification says so. */
  readonly onHandDown: () => void
  readonly log: Log
}

/** What one says without a voice: messages, the hand, signs; and who wants to hear of those of others. */
export class Conversation {
  readonly #options: Options
  readonly #onChat: Listeners<[message: ChatMessage]>
  readonly #onReaction: Listeners<[peerId: PeerId, reaction: Reaction]>
  /** The hand as it is wanted: a new session starts with it down. */
  #raised = false
  #wasHere = false

  constructor(options: Options) {
    this.#options = options
    this.#onChat = new Listeners(options.log)
    this.#onReaction = new Listeners(options.log)
  }

  async send(text: string, to?: PeerId): Promise<ChatMessage> {
    const { message } = await this.#request('sendChat', { text, ...(to !== undefined && { to }) })
    this.#options.onSent(message)
    return message
  }

  async setHand(raised: boolean): Promise<void> {
    const before = this.#raised
    this.#raised = raised
    // While the connection is made anew there is nobody to tell; the next session is told.
    if (this.#wasHere && this.#options.session() === undefined) {
      if (!raised) this.#options.onHandDown()
      return
    }
    try {
      await this.#request('setHand', { raised })
    } catch (error) {
      if (this.#raised === raised) this.#raised = before
      throw error
    }
  }

  async react(reaction: Reaction): Promise<void> {
    await this.#request('sendReaction', { reaction })
  }

  onChat(listener: (message: ChatMessage) => void): () => void {
    return this.#onChat.add(listener)
  }

  onReaction(listener: (peerId: PeerId, reaction: Reaction) => void): () => void {
    return this.#onReaction.add(listener)
  }

  showReaction(peerId: PeerId, reaction: Reaction): void {
    this.#onReaction.call(peerId, reaction)
  }

  /** Tells of what is in `after` and not in `before`, unless it was said before one came. */
  showMessages(before: readonly ChatMessage[], after: readonly ChatMessage[]): void {
    if (before === after || !this.#wasHere) return
    for (const message of newMessages(before, after)) this.#onChat.call(message)
  }

  /** In the room, for the first time or again; the history is known. */
  handleJoined(): void {
    this.#wasHere = true
    if (this.#raised) runInBackground(this.#raiseAgain(), 'raising the hand again', this.#options.log)
  }

  /** Over another socket. @param raised the hand as the server has it */
  handleResumed(raised: boolean): void {
    if (raised === this.#raised) return
    const told = this.#request('setHand', { raised: this.#raised })
    runInBackground(told, 'telling the hand', this.#options.log)
  }

  /** The call is over. */
  reset(): void {
    this.#raised = false
    this.#wasHere = false
  }

  async #raiseAgain(): Promise<void> {
    try {
      await this.#request('setHand', { raised: true })
    } catch (error) {
      // If the session is lost once more, the next one tries it again.
      if (this.#options.session() !== undefined) this.#options.onHandDown()
      throw error
    }
  }

  /** Once: if it is not answered in time, it may have arrived all the same. */
  async #request<N extends RequestName>(name: N, input: Input<N>): Promise<Output<N>> {
    const session = this.#options.session()
    if (session === undefined) throw new SfuError('notReady', 'not connected now')
    try {
      return await session.request(name, input)
    } catch (error) {
      throw toClientError(error)
    }
  }
}

class Listeners<Args extends unknown[]> {
  readonly #listeners = new Set<(...args: Args) => void>()
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  add(listener: (...args: Args) => void): () => void {
    // A function of its own: the same listener may be added twice, and each end only its own.
    const entry = (...args: Args) => listener(...args)
    this.#listeners.add(entry)
    return () => {
      this.#listeners.delete(entry)
    }
  }

  call(...args: Args): void {
    for (const listener of this.#listeners) {
      try {
        listener(...args)
      } catch (error) {
        this.#log('a listener failed', { error: messageOf(error) })
      }
    }
  }
}
