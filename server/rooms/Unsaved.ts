import type { ChatMessage } from '../../shared/chat.ts'
import { CHAT_HISTORY } from '../../shared/chat.ts'
import type { ChatMessageId, Identity, RoomId } from '../../shared/ids.ts'
import type { Member, MemberPatch, RoomStore, RoomTruth, TruthPatch } from '../store/RoomStore.ts'

/** What a room remembers now. */
type Remembered = {
  readonly truth: RoomTruth
  readonly chat: readonly ChatMessage[]
  member(identity: Identity): Readonly<Member>
}

/** What of a room the store may not have, since writing it has failed: which properties, not their values. Owned by RoomMemory. */
export class Unsaved {
  #truth: TruthPatch = {}
  #members = new Map<Identity, MemberPatch>()
  /** Written or taken back. */
  #messages = new Set<ChatMessageId>()

  addTruth(patch: TruthPatch): void {
    this.#truth = { ...this.#truth, ...patch, rules: { ...this.#truth.rules, ...patch.rules } }
  }

  addMember(identity: Identity, patch: MemberPatch): void {
    this.#members.set(identity, { ...this.#members.get(identity), ...patch })
  }

  addMessage(id: ChatMessageId): void {
    this.#messages.add(id)
    const [oldest] = this.#messages
    if (this.#messages.size > 2 * CHAT_HISTORY && oldest !== undefined) this.#messages.delete(oldest)
  }

  /** Writes them as they are now, and nothing else: other nodes may have changed the rest meanwhile. */
  async save(store: RoomStore, id: RoomId, now: Remembered): Promise<void> {
    const [truth, members, messages] = [this.#truth, this.#members, this.#messages]
    this.#truth = {}
    this.#members = new Map()
    this.#messages = new Set()
    try {
      const { passwordHash = null, ...rest } = now.truth
      await store.patchTruth(id, {
        ...ofKeys({ ...rest, passwordHash }, truth),
        rules: ofKeys(now.truth.rules, truth.rules ?? {}),
      })
      for (const [identity, touched] of members)
        await store.patchMember(id, identity, { ...nullOf(touched), ...ofKeys(now.member(identity), touched) })
      for (const messageId of messages) {
        const message = now.chat.find((each) => each.id === messageId)
        await (message ? store.addMessage(id, message) : store.removeMessage(id, messageId))
      }
    } catch (error) {
      this.addTruth(truth)
      for (const [identity, touched] of members) this.addMember(identity, touched)
      for (const messageId of messages) this.addMessage(messageId)
      throw error
    }
  }
}

const ofKeys = <T extends object>(values: T, keys: object): Partial<T> =>
  Object.fromEntries(Object.entries(values).filter(([key]) => key in keys)) as Partial<T>

const nullOf = (keys: MemberPatch): MemberPatch => Object.fromEntries(Object.keys(keys).map((key) => [key, null]))
