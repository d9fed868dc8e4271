import type { Ban, Role, RoomRules, RulesPatch } from '../../shared/access.ts'
import type { ChatMessage } from '../../shared/chat.ts'
import type { ChatMessageId, Identity, RoomId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'

/** What a room knows of one identity, whether it is here or not. */
export type Member = {
  /** Overrides the role of the token. */
  role?: Role
  /** Is not let in any more. */
  ban?: Ban
  /** Has been let in: the lobby is past. */
  admitted?: boolean
  /** Has been put into the lobby: a ticket does not lead past it. */
  heldInLobby?: boolean
  /** Tokens and tickets that were issued up to then are void; milliseconds since 1970. */
  removedAt?: number
  forcedMute?: readonly Source[]
}

/** What of a room is kept as a whole; secrets are kept as hashes alone. */
export type RoomTruth = {
  /** Tells this room from another that had the same name before or after. */
  readonly epoch: string
  readonly rules: RoomRules
  readonly passwordHash?: string
  readonly hostSecretHash?: string
  /** Opened by visiting its link: the first to come becomes host. */
  readonly ownerless: boolean
  /** A host has been here. */
  readonly hosted: boolean
}

/** What is different; null takes away. */
export type TruthPatch = Partial<Pick<RoomTruth, 'ownerless' | 'hosted'>> & {
  rules?: RulesPatch
  passwordHash?: string | null
}
export type MemberPatch = { [K in keyof Member]?: Member[K] | null }

export type StoredRoom = {
  readonly truth: RoomTruth
  readonly members: ReadonlyMap<Identity, Member>
  /** What was said to everyone, the oldest first. */
  readonly chat: readonly ChatMessage[]
}

/**
 * What must outlive the process: each room's rules, members and chat, and which one-use tokens are used. A room that is
 * due to be forgotten is not there any more.
 *
 * Every promise may be rejected (a full disk, a network); what was changed meanwhile is lost then, nothing else.
 */
export interface RoomStore {
  load(roomId: RoomId): Promise<StoredRoom | undefined>
  /**
   * @param forgetAt as for {@link RoomStore.keepUntil}
   * @returns false: there is one of that name already, and nothing has changed
   * @throws SfuError `notReady` where there may be one that the store has forgotten
   */
  create(roomId: RoomId, truth: RoomTruth, forgetAt: number): Promise<boolean>
  /** The same for a room that is in use, and may have been forgotten: it has yet to be kept. */
  putBack(roomId: RoomId, truth: RoomTruth): Promise<boolean>
  /** Changes nothing else, also where another node changes something at the same time. */
  patchTruth(roomId: RoomId, patch: TruthPatch): Promise<void>
  patchMember(roomId: RoomId, identity: Identity, patch: MemberPatch): Promise<void>
  /** Only the last {@link CHAT_HISTORY} are kept, each once. */
  addMessage(roomId: RoomId, message: ChatMessage): Promise<void>
  removeMessage(roomId: RoomId, messageId: ChatMessageId): Promise<void>
  /** @param time when the room is forgotten, milliseconds since 1970; undefined while somebody is in it */
  keepUntil(roomId: RoomId, time: number | undefined): Promise<void>
  /**
   * Marks a one-use token as used.
   *
   * @param user may use it again
   * @returns false: somebody else has used it
   */
  useOnce(tokenId: string, user: string, expiresAt: number): Promise<boolean>
  /** Whether {@link RoomStore.useOnce} would be true; marks nothing. */
  mayUse(tokenId: string, user: string): Promise<boolean>
  /** Gives back the space of what is over. */
  sweep(): Promise<void>
  close(): void
}

export function patchedTruth(truth: RoomTruth, { rules, passwordHash, ...rest }: TruthPatch): RoomTruth {
  const { passwordHash: before, ...open } = truth
  const hash = passwordHash === undefined ? before : passwordHash
  return {
    ...open,
    ...rest,
    rules: { ...truth.rules, ...rules },
    ...(typeof hash === 'string' && { passwordHash: hash }),
  }
}

export const patchedMember = (member: Member, patch: MemberPatch): Member =>
  Object.fromEntries(
    Object.entries({ ...member, ...patch }).filter(([, value]) => value !== null && value !== undefined),
  )
