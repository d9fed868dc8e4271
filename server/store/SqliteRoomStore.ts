import { chmodSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { CHAT_HISTORY, type ChatMessage } from '../../shared/chat.ts'
import { SfuError } from '../../shared/errors.ts'
import type { ChatMessageId, Identity, RoomId } from '../../shared/ids.ts'
import { StartError } from '../lib/StartError.ts'
import {
  type Member,
  type MemberPatch,
  patchedMember,
  patchedTruth,
  type RoomStore,
  type RoomTruth,
  type StoredRoom,
  type TruthPatch,
} from './RoomStore.ts'

const VERSION = 1
/** More rooms than this at once are no meetings. */
const MOST_ROOMS = 100_000

const SCHEMA = `
  CREATE TABLE rooms (id TEXT PRIMARY KEY, truth TEXT NOT NULL, forget_at INTEGER) STRICT;
  CREATE INDEX rooms_forget_at ON rooms (forget_at);
  CREATE TABLE members (
    room TEXT NOT NULL REFERENCES rooms ON DELETE CASCADE, identity TEXT NOT NULL, member TEXT NOT NULL,
    PRIMARY KEY (room, identity)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY, room TEXT NOT NULL REFERENCES rooms ON DELETE CASCADE, id TEXT NOT NULL, message TEXT NOT NULL
  ) STRICT;
  CREATE INDEX messages_room ON messages (room, seq);
  CREATE TABLE used_tokens (id TEXT PRIMARY KEY, user TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`

type Options = {
  /** `:memory:` for one that dies with the process. */
  file: string
  now: () => number
  /** How long a room is kept that was in use when the process died, milliseconds. */
  graceMs: number
}

/**
 * The embedded store: one file, for one process. A killed process loses nothing (write-ahead log); a machine that loses
 * power may lose the last moments.
 */
export class SqliteRoomStore implements RoomStore {
  readonly #db: DatabaseSync
  readonly #now: () => number
  readonly #statements = new Map<string, StatementSync>()

  /** @throws StartError when the file cannot be used */
  static open(options: Options): SqliteRoomStore {
    try {
      return new SqliteRoomStore(options)
    } catch (error) {
      if (error instanceof StartError) throw error
      throw new StartError([`${options.file}: ${(error as Error).message}`])
    }
  }

  private constructor({ file, now, graceMs }: Options) {
    this.#now = now
    this.#db = new DatabaseSync(file)
    if (file !== ':memory:') chmodSync(file, 0o600)
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
    const { user_version: version } = this.#db.prepare('PRAGMA user_version').get() as { user_version: number }
    if (version > VERSION) throw new StartError([`${file}: written by a newer version of Tertulia`])
    if (version === 0) this.#db.exec(`BEGIN; ${SCHEMA} PRAGMA user_version = ${VERSION}; COMMIT`)
    this.#run('UPDATE rooms SET forget_at = ? WHERE forget_at IS NULL', now() + graceMs)
  }

  async load(roomId: RoomId): Promise<StoredRoom | undefined> {
    const room = this.#all(
      'SELECT truth FROM rooms WHERE id = ? AND coalesce(forget_at > ?, TRUE)',
      roomId,
      this.#now(),
    )
    const truth = room[0]?.truth
    if (truth === undefined) return undefined
    const members = this.#all('SELECT identity, member FROM members WHERE room = ?', roomId)
    const chat = this.#all('SELECT message FROM messages WHERE room = ? ORDER BY seq', roomId)
    return {
      truth: parse<RoomTruth>(truth),
      members: new Map(members.map(({ identity, member }) => [identity as Identity, parse<Member>(member)])),
      chat: chat.map(({ message }) => parse<ChatMessage>(message)),
    }
  }

  /** @throws SfuError `tooMany` */
  async create(roomId: RoomId, truth: RoomTruth, forgetAt: number): Promise<boolean> {
    this.#run('DELETE FROM rooms WHERE id = ? AND forget_at <= ?', roomId, this.#now())
    const [{ count } = { count: 0 }] = this.#all('SELECT count(*) AS count FROM rooms')
    if (Number(count) >= MOST_ROOMS) throw new SfuError('tooMany', 'there are too many rooms')
    const values = [roomId, JSON.stringify(truth), forgetAt] as const
    return this.#run('INSERT OR IGNORE INTO rooms (id, truth, forget_at) VALUES (?, ?, ?)', ...values) > 0
  }

  putBack(roomId: RoomId, truth: RoomTruth): Promise<boolean> {
    return this.create(roomId, truth, 0)
  }

  async patchTruth(roomId: RoomId, patch: TruthPatch): Promise<void> {
    const [room] = this.#all('SELECT truth FROM rooms WHERE id = ?', roomId)
    if (!room) return
    const truth = patchedTruth(parse<RoomTruth>(room.truth), patch)
    this.#run('UPDATE rooms SET truth = ? WHERE id = ?', JSON.stringify(truth), roomId)
  }

  async patchMember(roomId: RoomId, identity: Identity, patch: MemberPatch): Promise<void> {
    const [known] = this.#all('SELECT member FROM members WHERE room = ? AND identity = ?', roomId, identity)
    const member = patchedMember(known ? parse<Member>(known.member) : {}, patch)
    const values = [roomId, identity, JSON.stringify(member)] as const
    this.#run('INSERT OR REPLACE INTO members (room, identity, member) VALUES (?, ?, ?)', ...values)
  }

  async addMessage(roomId: RoomId, message: ChatMessage): Promise<void> {
    const known = this.#all('SELECT id FROM messages WHERE room = ? AND id = ?', roomId, message.id)
    if (known.length > 0) return
    const values = [roomId, message.id, JSON.stringify(message)] as const
    this.#run('INSERT INTO messages (room, id, message) VALUES (?, ?, ?)', ...values)
    this.#run(
      'DELETE FROM messages WHERE room = ? AND seq <= (SELECT seq FROM messages WHERE room = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)',
      roomId,
      roomId,
      CHAT_HISTORY,
    )
  }

  async removeMessage(roomId: RoomId, messageId: ChatMessageId): Promise<void> {
    this.#run('DELETE FROM messages WHERE room = ? AND id = ?', roomId, messageId)
  }

  async keepUntil(roomId: RoomId, time: number | undefined): Promise<void> {
    this.#run('UPDATE rooms SET forget_at = ? WHERE id = ?', time ?? null, roomId)
  }

  async useOnce(tokenId: string, user: string, expiresAt: number): Promise<boolean> {
    this.#run('INSERT OR IGNORE INTO used_tokens (id, user, expires_at) VALUES (?, ?, ?)', tokenId, user, expiresAt)
    return this.#all('SELECT user FROM used_tokens WHERE id = ?', tokenId)[0]?.user === user
  }

  async mayUse(tokenId: string, user: string): Promise<boolean> {
    const [used] = this.#all('SELECT user FROM used_tokens WHERE id = ?', tokenId)
    return used === undefined || used.user === user
  }

  async sweep(): Promise<void> {
    this.#run('DELETE FROM rooms WHERE forget_at <= ?', this.#now())
    this.#run('DELETE FROM used_tokens WHERE expires_at <= ?', this.#now())
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close()
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes)
  }

  #all(sql: string, ...values: SQLInputValue[]) {
    return this.#statement(sql).all(...values)
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

/** Only this file writes what is read here. */
const parse = <T>(text: unknown): T => JSON.parse(String(text)) as T
