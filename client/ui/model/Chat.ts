import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { ChatMessage } from '../../../shared/chat.ts'
import type { PeerId } from '../../../shared/ids.ts'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'
import { toFailure } from '../../sdk/failures.ts'
import type { ClientState } from '../../sdk/types.ts'
import type { FailureCode } from './Call.ts'

/** The same as the contract's `ChatTextSchema`, which the page cannot import without its schema library. */
export const LONGEST_MESSAGE = 2000

/** What is being said in writing: the messages, which of them are new to this person, and the one being written. */
export class Chat {
  readonly messages: ReadonlySignal<readonly ChatMessage[]>
  /** Messages of others since the panel was last open. */
  readonly unread: ReadonlySignal<number>
  readonly draft: Signal<string> = signal('')
  /** Whom the next message is for; undefined: everyone. */
  readonly to: Signal<PeerId | undefined> = signal(undefined)
  /** The one for whom a message is being written has left: it waits for another choice, and goes to nobody unasked. */
  readonly addresseeGone: ReadonlySignal<boolean>
  readonly failure: Signal<FailureCode | undefined> = signal(undefined)
  readonly sending: Signal<boolean> = signal(false)

  readonly #client: ConferenceClient
  /** Up to when the person has seen all, by the server's clock; undefined before the first join. */
  readonly #seenAt: Signal<number | undefined> = signal(undefined)
  readonly #known = new Set<string>()

  /**
   * @param open whether the messages are in sight
   * @param onNew called for each message of another that comes while they are not
   */
  constructor(
    client: ConferenceClient,
    state: ReadonlySignal<ClientState>,
    open: ReadonlySignal<boolean>,
    onNew: (message: ChatMessage) => void,
  ) {
    this.#client = client
    this.messages = computed(() => state.value.chat)
    this.addresseeGone = computed(() => {
      const to = this.to.value
      return to !== undefined && !isHere(to, state.value)
    })
    this.unread = computed(() => {
      const seenAt = this.#seenAt.value
      if (open.value || seenAt === undefined) return 0
      return this.messages.value.filter(({ sentAt, from }) => sentAt > seenAt && !client.isSelf(from)).length
    })
    effect(() => this.#follow(state.value, open.value, onNew))
  }

  /** The text as it would be sent: without empty lines around it. */
  get text(): string {
    return this.draft.value.trim()
  }

  isOwn({ from }: ChatMessage): boolean {
    return this.#client.isSelf(from)
  }

  async send(): Promise<void> {
    const text = this.draft.peek().trim()
    if (!text || text.length > LONGEST_MESSAGE || this.sending.peek() || this.addresseeGone.peek()) return
    this.sending.value = true
    this.failure.value = undefined
    try {
      await this.#client.sendChat(text, this.to.peek())
      if (this.draft.peek().trim() === text) this.draft.value = ''
    } catch (error) {
      // The text stays where it is, to be sent again.
      this.failure.value = toFailure(error).code
    } finally {
      this.sending.value = false
    }
  }

  /** The visit is over: the next room has other people. */
  clear(): void {
    this.#known.clear()
    this.#seenAt.value = undefined
    this.draft.value = ''
    this.to.value = undefined
    this.failure.value = undefined
  }

  #follow(state: ClientState, open: boolean, onNew: (message: ChatMessage) => void): void {
    const { connection, chat, self } = state
    if (connection !== 'connected' || !self) return
    const to = this.to.peek()
    if (to && !isHere(to, state) && !this.draft.peek().trim()) this.to.value = undefined
    const last = chat.at(-1)?.sentAt ?? 0
    // What was said before one came is history, not news.
    const arriving = this.#seenAt.peek() === undefined
    const added = chat.filter(({ id }) => !this.#known.has(id))
    for (const { id } of added) this.#known.add(id)
    if (arriving || open) this.#seenAt.value = Math.max(last, this.#seenAt.peek() ?? 0)
    else for (const message of added) if (!this.isOwn(message)) onNew(message)
  }
}

const isHere = (peerId: PeerId, { peers }: ClientState): boolean => peers.some(({ id }) => id === peerId)
