import type { Logger } from 'pino'
import type { NodeId, RoomId } from '../../shared/ids.ts'
import type { NodeProcess } from '../core/nodeLiveness.ts'
import type { RedisConnection } from './RedisConnection.ts'
import type { RedisRoom } from './RedisRoom.ts'
import type { Registry } from './Registry.ts'
import {
  compareIds,
  DROP_ROWS,
  eventsKey,
  NODES_KEY,
  readEntry,
  readProcess,
  readStoredRow,
  rowsKey,
  STREAM_LENGTH,
  wakeKey,
} from './wire.ts'

/** How long Redis holds back its answer while there is nothing to tell, milliseconds. */
const BLOCK_MS = 1000
const DEADLINE_MS = BLOCK_MS + 2000
/** After an answer that was none, and before another look at rooms that may not be right, milliseconds. */
const PAUSE_MS = 200
const LOOK_AGAIN_MS = 5100
/** More would take longer than an answer may. */
const ROOMS_AT_ONCE = 50
const WAKE_KEEP_SECONDS = 600

type Options = {
  /** Waits for entries; for nothing else. */
  streams: RedisConnection
  commands: RedisConnection
  self: NodeProcess
  rooms: ReadonlyMap<RoomId, RedisRoom>
  registry: Registry
  log: Logger
  /** Redis does not have what this node has written. */
  handleLoss: (room: RedisRoom) => void
}

type StreamEntry = { id: string; message: Record<string, string> }

/**
 * Reads what other nodes say in all rooms of this one, one thing after the other: a room's rows as a whole, then what is
 * told from there on. Lives as long as the cluster.
 */
export class RoomReader {
  readonly #options: Options
  readonly #rooms: ReadonlyMap<RoomId, RedisRoom>
  #wakePosition = '0-0'
  /** Ends the pause that the loop is in. */
  #endPause: () => void = () => {}
  #isWaiting = false
  #closed = false

  constructor(options: Options) {
    this.#options = options
    this.#rooms = options.rooms
  }

  /** Runs until {@link close}. */
  async run(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#readStale()
        await this.#readStreams()
      } catch (error) {
        if (this.#closed) return
        this.#options.log.debug({ err: error }, 'nothing can be read')
        await this.#pause(PAUSE_MS)
      }
    }
  }

  /** There is a room to be read, or Redis is there again. */
  wake(): void {
    this.#endPause()
    if (!this.#isWaiting) return
    const key = wakeKey(this.#options.self.id)
    const trim = { TRIM: { strategy: 'MAXLEN', threshold: 1 } } as const
    this.#options.commands
      .run((client) => client.multi().xAdd(key, '*', { wake: '1' }, trim).expire(key, WAKE_KEEP_SECONDS).exec())
      // It wakes by itself within a second.
      .catch(() => {})
  }

  close(): void {
    this.#closed = true
    this.#endPause()
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#endPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async #readStale(): Promise<void> {
    const stale = [...this.#rooms.values()].filter(({ isStale }) => isStale).slice(0, ROOMS_AT_ONCE)
    if (stale.length === 0) return
    for (const room of stale) room.isStale = false
    try {
      await Promise.all(stale.map((room) => this.#readRows(room)))
    } catch (error) {
      for (const room of stale) room.isStale = true
      throw error
    }
  }

  async #readRows(room: RedisRoom): Promise<void> {
    const [rowsAt, streamAt] = [rowsKey(room.id), eventsKey(room.id)]
    // At one moment: what the stream says up to then is in the rows.
    const [nodes, newest, rows] = await this.#options.streams.run((client) =>
      client.multi().hGetAll(NODES_KEY).xRevRange(streamAt, '+', '-', { COUNT: 1 }).hGetAll(rowsAt).execTyped(),
    )
    if (this.#closed || room.isClosed) return
    this.#options.registry.admit(nodes)
    const lastId = newest?.[0]?.id ?? '0-0'
    // Another stream than before, if it ends before what was read.
    if (room.position === undefined) room.position = lastId
    else if (compareIds(lastId, room.position) < 0) room.position = '0-0'
    room.rowsKnownTo = lastId
    this.#handleRows(room, rows)
    room.handleOpened()
    if (room.others.isUnsure) this.#lookAgain(room)
  }

  #handleRows(room: RedisRoom, hash: Readonly<Record<string, string>>): void {
    const { self, registry, log } = this.#options
    const living = []
    const void_ = new Map<NodeId, NodeProcess>()
    let isOwnThere = false
    for (const [field, value] of Object.entries(hash)) {
      const stored = readStoredRow(field, value)
      if (!stored) log.warn({ room: room.id, field }, 'not a row of a room')
      else if (stored.of.id === self.id) isOwnThere ||= !stored.row && stored.of.epoch === self.epoch
      else if (registry.isAlive(stored.of)) living.push(stored)
      else void_.set(stored.of.id, stored.of)
    }
    for (const process of void_.values()) this.dropRows(room.id, process)
    if (!isOwnThere && room.own.isWritten) this.#options.handleLoss(room)
    room.others.handleAll(living, performance.now())
  }

  /** What a dead process has left in a room. */
  dropRows(roomId: RoomId, { id, epoch }: NodeProcess): void {
    this.#options.commands
      .run((client) => client.eval(DROP_ROWS, { keys: [rowsKey(roomId), NODES_KEY], arguments: [id, epoch] }))
      .catch(() => {})
  }

  #lookAgain(room: RedisRoom): void {
    const timer = setTimeout(() => {
      room.isStale = true
      if (this.#rooms.get(room.id) === room && !this.#closed) this.wake()
    }, LOOK_AGAIN_MS)
    timer.unref()
  }

  async #readStreams(): Promise<void> {
    const { self, streams } = this.#options
    const rooms = [...this.#rooms.values()].filter(({ position }) => position !== undefined)
    const places = [
      { key: wakeKey(self.id), id: this.#wakePosition },
      ...rooms.map(({ id, position = '0-0' }) => ({ key: eventsKey(id), id: position })),
    ]
    this.#isWaiting = true
    // One that was opened since: nothing would end the waiting for it.
    const hasStale = [...this.#rooms.values()].some(({ isStale }) => isStale)
    const answer = await streams
      .run(
        (client) => client.xRead(places, { COUNT: STREAM_LENGTH, ...(!hasStale && { BLOCK: BLOCK_MS }) }),
        DEADLINE_MS,
      )
      .finally(() => {
        this.#isWaiting = false
      })
    if (this.#closed || !Array.isArray(answer)) return
    const byKey = new Map(rooms.map((room) => [eventsKey(room.id), room]))
    for (const stream of answer) {
      const { name, messages } = stream as { name: string; messages: StreamEntry[] }
      const room = byKey.get(name)
      if (room) this.#handleEntries(room, messages)
      else this.#wakePosition = messages.at(-1)?.id ?? this.#wakePosition
    }
  }

  #handleEntries(room: RedisRoom, entries: readonly StreamEntry[]): void {
    for (const { id, message } of entries) {
      if (room.isClosed) return
      room.position = id
      this.#handleEntry(room, id, message)
    }
    // There may have been more, which the stream does not have any more.
    if (entries.length >= STREAM_LENGTH) room.isStale = true
  }

  #handleEntry(room: RedisRoom, id: string, message: Readonly<Record<string, string>>): void {
    const { self, registry, log } = this.#options
    const from = readProcess(message.from)
    const entry = readEntry(message.entry)
    if (!from || !entry) return void log.warn({ room: room.id, id }, 'not an entry of a room')
    if (from.id === self.id) return
    const isNews = compareIds(id, room.rowsKnownTo) > 0
    const isDead = registry.isDead(from)
    if (!isDead && isNews) registry.handleSign(from)
    if (entry.kind === 'event') return void room.others.handleEvent(from, { ...entry, isOver: isDead })
    if (!isNews) return
    if (entry.kind === 'sync') room.isStale = true
    else if (entry.kind === 'left') room.others.handleLeft(from)
    else if (!isDead) room.others.handleRow(from, entry.name, entry.key, entry.value)
  }
}
