import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Ban, RoomRules, RoomView, RulesPatch } from '../../shared/access.ts'
import { CHAT_HISTORY, type ChatMessage } from '../../shared/chat.ts'
import { SfuError } from '../../shared/errors.ts'
import type { ChatMessageId, Identity, PeerId, RoomId } from '../../shared/ids.ts'
import type { RoomLink } from '../cluster/Cluster.ts'
import { runInBackground } from '../lib/background.ts'
import {
  type Member,
  type MemberPatch,
  patchedMember,
  patchedTruth,
  type RoomStore,
  type RoomTruth,
  type StoredRoom,
  type TruthPatch,
} from '../store/RoomStore.ts'
import { Unsaved } from './Unsaved.ts'

export const DEFAULT_RULES: RoomRules = {
  locked: false,
  lobby: false,
  muteOnEntry: false,
  chat: 'everyone',
  maxPeers: 1000,
}

/** A room as it begins. */
export const newTruth = (truth: Partial<RoomTruth> & Pick<RoomTruth, 'ownerless'>): RoomTruth => ({
  epoch: randomUUID(),
  rules: DEFAULT_RULES,
  hosted: false,
  ...truth,
})

type Options = {
  id: RoomId
  stored: StoredRoom
  store: RoomStore
  /** The way to other nodes. */
  link: Pick<RoomLink, 'sendEvent'>
  log: Logger
}

type Events = {
  /** Rules or password. */
  truthChanged: [before: RoomTruth]
  message: [ChatMessage]
  messageRemoved: [ChatMessageId]
}

/**
 * What a room remembers beyond its media and the process: rules, members, chat. Decisions read it here at once; each
 * change is written to the store behind, and told to the other nodes, which apply it to what they remember. Owned by
 * Entrance.
 */
export class RoomMemory extends EventEmitter<Events> {
  readonly #options: Options
  readonly #members: Map<Identity, Member>
  readonly #chat: ChatMessage[]
  readonly #unsaved = new Unsaved()
  #truth: RoomTruth
  #kept = false
  #restoring = false

  constructor(options: Options) {
    super()
    this.#options = options
    this.#truth = options.stored.truth
    this.#members = new Map(options.stored.members)
    this.#chat = [...options.stored.chat]
  }

  get truth(): RoomTruth {
    return this.#truth
  }

  get rules(): RoomRules {
    return this.#truth.rules
  }

  /** What was said to everyone, the oldest first; only the last are kept. */
  get chat(): readonly ChatMessage[] {
    return this.#chat
  }

  view(): Omit<RoomView, 'videoCodec'> {
    return { ...this.#truth.rules, hasPassword: this.#truth.passwordHash !== undefined }
  }

  member(identity: Identity): Readonly<Member> {
    return this.#members.get(identity) ?? {}
  }

  /** Null takes away. */
  patchMember(identity: Identity, patch: MemberPatch): void {
    this.applyMember(identity, patch)
    this.#write(
      (store, id) => store.patchMember(id, identity, patch),
      () => this.#unsaved.addMember(identity, patch),
    )
    this.#options.link.sendEvent('member', { identity, patch })
  }

  /** What another node has changed, and stored. */
  applyMember(identity: Identity, patch: MemberPatch): void {
    this.#members.set(identity, patchedMember(this.member(identity), patch))
  }

  bans(): Ban[] {
    return [...this.#members.values()].flatMap(({ ban }) => ban ?? [])
  }

  liftBan(peerId: PeerId): void {
    for (const [identity, { ban }] of this.#members)
      if (ban?.peerId === peerId) this.patchMember(identity, { ban: null })
  }

  setRules(rules: RulesPatch): void {
    this.#patchTruth({ rules })
  }

  setPasswordHash(hash: string | undefined): void {
    this.#patchTruth({ passwordHash: hash ?? null })
  }

  /** A host is here. */
  setHost(identity: Identity): void {
    if (this.member(identity).role !== 'host') this.patchMember(identity, { role: 'host' })
    if (this.#truth.ownerless || !this.#truth.hosted) this.#patchTruth({ ownerless: false, hosted: true })
  }

  addMessage(message: ChatMessage): void {
    this.applyMessage(message)
    this.#write(
      (store, id) => store.addMessage(id, message),
      () => this.#unsaved.addMessage(message.id),
    )
    this.#options.link.sendEvent('chat', { message })
  }

  /** What was said on another node, and is stored. */
  applyMessage(message: ChatMessage): void {
    if (this.#chat.some(({ id }) => id === message.id)) return
    this.#chat.push(message)
    if (this.#chat.length > CHAT_HISTORY) this.#chat.shift()
    this.emit('message', message)
  }

  /** False: there is no such message any more. */
  removeMessage(messageId: ChatMessageId): boolean {
    if (!this.applyRemoval(messageId)) return false
    this.#write(
      (store, id) => store.removeMessage(id, messageId),
      () => this.#unsaved.addMessage(messageId),
    )
    this.#options.link.sendEvent('chatDeleted', { messageId })
    return true
  }

  applyRemoval(messageId: ChatMessageId): boolean {
    const at = this.#chat.findIndex(({ id }) => id === messageId)
    if (at < 0) return false
    this.#chat.splice(at, 1)
    this.emit('messageRemoved', messageId)
    return true
  }

  /** Somebody is in the room: it is not forgotten. */
  keep(): void {
    this.#kept = true
    const truth = this.#truth
    this.#write(async (store, id) => {
      // It may have been forgotten while somebody waited in its lobby.
      await store.putBack(id, truth)
      await store.keepUntil(id, undefined)
    })
  }

  /** Nobody is there any more. A room that nobody has been in yet is kept for as long as its maker was told. */
  release(forgetAt: number): void {
    if (!this.#kept) return
    this.#kept = false
    this.#write((store, id) => store.keepUntil(id, forgetAt))
  }

  /**
   * What the store had may be lost: as soon as it can be had, it gets all of it once more where that is so, else only what
   * could not be written.
   */
  restore(): void {
    if (this.#restoring) return
    this.#restoring = true
    this.#write(async (store, id) => {
      try {
        await retried(() => this.#save(store, id))
      } finally {
        this.#restoring = false
      }
    })
  }

  async #save(store: RoomStore, id: RoomId): Promise<void> {
    const isLost = await store.putBack(id, this.truth)
    const isAnother = !isLost && (await store.load(id))?.truth.epoch !== this.truth.epoch
    if (isLost || isAnother) await this.#saveAll(store, id)
    else await this.#unsaved.save(store, id, this)
    if (isAnother) this.#tellAll()
    if (this.#kept) await store.keepUntil(id, undefined)
  }

  async #saveAll(store: RoomStore, id: RoomId): Promise<void> {
    await store.patchTruth(id, this.#wholeTruth)
    for (const [identity, member] of [...this.#members]) await store.patchMember(id, identity, member)
    for (const message of [...this.chat]) await store.addMessage(id, message)
  }

  /** Some node has made the room anew while the store did not know it: who was kept out is not let in there. */
  #tellAll(): void {
    const { link } = this.#options
    for (const [identity, { ban }] of this.#members) if (ban) link.sendEvent('member', { identity, patch: { ban } })
    link.sendEvent('truth', { patch: this.#wholeTruth })
  }

  get #wholeTruth(): TruthPatch {
    const { rules, passwordHash = null, ownerless, hosted } = this.truth
    return { rules, passwordHash, ownerless, hosted }
  }

  applyTruth(patch: TruthPatch): void {
    const before = this.#truth
    this.#truth = patchedTruth(before, patch)
    this.emit('truthChanged', before)
  }

  #patchTruth(patch: TruthPatch): void {
    this.applyTruth(patch)
    this.#write(
      (store, id) => store.patchTruth(id, patch),
      () => this.#unsaved.addTruth(patch),
    )
    this.#options.link.sendEvent('truth', { patch })
  }

  /** @param handleFailed it may be written or not */
  #write(write: (store: RoomStore, id: RoomId) => Promise<void>, handleFailed?: () => void): void {
    const { store, id, log } = this.#options
    runInBackground(async () => {
      try {
        await write(store, id)
      } catch (error) {
        handleFailed?.()
        // Perhaps nobody else notices that it was away.
        if (handleFailed && error instanceof SfuError && error.code === 'notReady') this.restore()
        throw error
      }
    }, log)
  }
}

/** A store that is back may need a moment more. */
const RETRIES = 20
const RETRY_EVERY_MS = 500

async function retried(save: () => Promise<void>): Promise<void> {
  for (let left = RETRIES; ; left--) {
    try {
      return await save()
    } catch (error) {
      if (left === 0) throw error
      await delay(RETRY_EVERY_MS, undefined, { ref: false })
    }
  }
}
