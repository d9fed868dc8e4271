import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { CHAT_HISTORY, type ChatMessage } from '../../shared/chat.ts'
import { SfuError } from '../../shared/errors.ts'
import type { ChatMessageId, Identity, RoomId } from '../../shared/ids.ts'
import { RedisConnection } from '../cluster/RedisConnection.ts'
import type { MemberPatch, RoomStore, RoomTruth, StoredRoom, TruthPatch } from './RoomStore.ts'
import { ADD_MESSAGE, CREATE, KEEP, PATCH, RELEASE } from './redisScripts.ts'
import { type Fields, memberFields, readMembers, readTruth, truthFields } from './roomFields.ts'

/** Nobody who comes in waits longer. */
const DEADLINE_MS = 1000
/** A room that is in use is kept for so long after the last word of a node: longer than Redis may be out of reach. */
const KEEP_MS = 3600_000
/** A node that has not said so for so long does not use a room any more. */
const HOLD_MS = 60_000
const REFRESH_EVERY_MS = 5000
/** Whoever makes a room has a moment to say that it is in use. */
const LEAST_MS = 5000

type Options = {
  redisUrl: string
  /** Milliseconds since 1970. */
  now: () => number
  log: Logger
  /** Redis has forgotten a room that is in use; found within some seconds. */
  handleLost?: (roomId: RoomId) => void
}

/**
 * The store of nodes that serve together. Each property is a field of its own: what two nodes change at the same time
 * both holds. Every promise is rejected with `notReady` while Redis is away, after a second at most.
 */
export class RedisRoomStore implements RoomStore {
  readonly #redis: RedisConnection
  readonly #options: Options
  /** Under this name the process says which rooms it uses. */
  readonly #holder = randomUUID()
  readonly #kept = new Set<RoomId>()
  readonly #timer: NodeJS.Timeout
  /** Orders messages of one millisecond. */
  #messages = 0

  /** @throws StartError when Redis cannot be used */
  static async open(options: Options): Promise<RedisRoomStore> {
    const { redisUrl: url, log } = options
    const redis = await RedisConnection.open({ url, name: 'store', deadlineMs: DEADLINE_MS, log })
    // The first node of all has nothing to wait for.
    await redis.run((client) => client.set(SETTLED_AT_KEY, '0', { condition: 'NX' }))
    return new RedisRoomStore(redis, options)
  }

  private constructor(redis: RedisConnection, options: Options) {
    this.#redis = redis
    this.#options = options
    // Without Redis there is nothing to refresh, and it is tried again.
    this.#timer = setInterval(() => void this.#refresh().catch(() => {}), REFRESH_EVERY_MS)
    this.#timer.unref()
  }

  async load(roomId: RoomId): Promise<StoredRoom | undefined> {
    const { truth, members, chat } = keysOf(roomId)
    const [fields, memberRows, messages] = await this.#redis.run((client) =>
      client.multi().hGetAll(truth).hGetAll(members).zRange(chat, 0, -1).execTyped(),
    )
    const known = readTruth(fields)
    return known && { truth: known, members: readMembers(memberRows), chat: messages.map(readMessage) }
  }

  async create(roomId: RoomId, truth: RoomTruth, forgetAt: number): Promise<boolean> {
    return await this.#create(roomId, truth, forgetAt - this.#options.now(), false)
  }

  async putBack(roomId: RoomId, truth: RoomTruth): Promise<boolean> {
    return await this.#create(roomId, truth, 0, true)
  }

  async patchTruth(roomId: RoomId, patch: TruthPatch): Promise<void> {
    await this.#patch(roomId, keysOf(roomId).truth, truthFields(patch))
  }

  async patchMember(roomId: RoomId, identity: Identity, patch: MemberPatch): Promise<void> {
    await this.#patch(roomId, keysOf(roomId).members, memberFields(identity, patch))
  }

  async addMessage(roomId: RoomId, message: ChatMessage): Promise<void> {
    const { truth, chat } = keysOf(roomId)
    const number = String(this.#messages++).padStart(12, '0')
    const member = `${number} ${JSON.stringify(message)}`
    await this.#eval(
      ADD_MESSAGE,
      [truth, chat],
      [String(message.sentAt), member, String(CHAT_HISTORY), JSON.stringify(message.id)],
    )
  }

  async removeMessage(roomId: RoomId, messageId: ChatMessageId): Promise<void> {
    const { chat } = keysOf(roomId)
    await this.#redis.run(async (client) => {
      const members = await client.zRange(chat, 0, -1)
      const removed = members.filter((member) => readMessage(member).id === messageId)
      if (removed.length > 0) await client.zRem(chat, removed)
    })
  }

  async keepUntil(roomId: RoomId, time: number | undefined): Promise<void> {
    if (time === undefined) {
      this.#kept.add(roomId)
      await this.#keep(roomId)
      return
    }
    this.#kept.delete(roomId)
    await this.#eval(RELEASE, allKeysOf(roomId), [this.#holder, whole(time - this.#options.now())])
  }

  async useOnce(tokenId: string, user: string, expiresAt: number): Promise<boolean> {
    const key = usedKey(tokenId)
    // One that is over already is refused elsewhere; here it only must not look unused.
    const ms = Math.max(LEAST_MS, expiresAt - this.#options.now())
    return await this.#redis.run(async (client) => {
      const isFirst = await client.set(key, user, { condition: 'NX', expiration: { type: 'PX', value: Math.ceil(ms) } })
      return isFirst !== null || (await client.get(key)) === user
    })
  }

  async mayUse(tokenId: string, user: string): Promise<boolean> {
    const used = await this.#redis.run((client) => client.get(usedKey(tokenId)))
    return used === null || used === user
  }

  /** Redis forgets by itself. */
  async sweep(): Promise<void> {}

  close(): void {
    clearInterval(this.#timer)
    this.#redis.finish()
  }

  async #refresh(): Promise<void> {
    const look = async (roomId: RoomId) => {
      const isThere = await this.#keep(roomId)
      if (!isThere && this.#kept.has(roomId)) this.#options.handleLost?.(roomId)
    }
    await Promise.all([...this.#kept].map(look))
  }

  async #create(roomId: RoomId, truth: RoomTruth, keepMs: number, wasThere: boolean): Promise<boolean> {
    const fields = Object.entries(truthFields(truth)).flatMap(([field, text]) => (text === null ? [] : [field, text]))
    const args = [whole(Math.max(LEAST_MS, keepMs)), wasThere ? '1' : '0', ...fields]
    const made = await this.#eval(CREATE, [...allKeysOf(roomId), SETTLED_AT_KEY], args)
    if (made === 2)
      throw new SfuError('notReady', 'Redis has forgotten which rooms there are; wait for the nodes to say')
    return made === 1
  }

  async #keep(roomId: RoomId): Promise<boolean> {
    const args = [this.#holder, whole(HOLD_MS), whole(KEEP_MS)]
    return (await this.#eval(KEEP, [...allKeysOf(roomId), SETTLED_AT_KEY], args)) === 1
  }

  async #patch(roomId: RoomId, key: string, fields: Fields): Promise<void> {
    const entries = Object.entries(fields)
    const set = entries.flatMap(([field, text]) => (text === null ? [] : [field, text]))
    const gone = entries.flatMap(([field, text]) => (text === null ? [field] : []))
    if (entries.length > 0) await this.#eval(PATCH, [keysOf(roomId).truth, key], [String(set.length), ...set, ...gone])
  }

  #eval(script: string, keys: string[], args: string[]): Promise<unknown> {
    return this.#redis.run((client) => client.eval(script, { keys, arguments: args }))
  }
}

const keysOf = (roomId: RoomId) => ({
  truth: `tertulia:room:${roomId}:truth`,
  members: `tertulia:room:${roomId}:members`,
  chat: `tertulia:room:${roomId}:chat`,
})
/** With the processes that use the room, and until when they do so at least. */
const allKeysOf = (roomId: RoomId) => [...Object.values(keysOf(roomId)), `tertulia:room:${roomId}:holders`]
/** That it is not there shows that Redis has forgotten everything. */
const SETTLED_AT_KEY = 'tertulia:settledAt'
const usedKey = (tokenId: string) => `tertulia:used:${tokenId}`

const whole = (ms: number) => String(Math.ceil(ms))

/** Only this file writes what is read here. */
const readMessage = (member: string): ChatMessage => JSON.parse(member.slice(member.indexOf(' ') + 1)) as ChatMessage
