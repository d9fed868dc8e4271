import type { RoomId } from '../../shared/ids.ts'
import type { NodeProcess } from '../core/nodeLiveness.ts'
import type { OwnRows, RowsWrite } from './OwnRows.ts'
import type { RedisClient, RedisConnection } from './RedisConnection.ts'
import {
  DROP_ROWS,
  type Entry,
  eventsKey,
  fieldOf,
  KEEP_SECONDS,
  NODES_KEY,
  processText,
  rowsKey,
  rowText,
  STREAM_LENGTH,
} from './wire.ts'

type Writable = { readonly id: RoomId; readonly own: OwnRows }

/** More would take longer than an answer may. */
const ROOMS_AT_ONCE = 50

/**
 * Writes what this node says in its rooms: what changed in one turn of the event loop, and whatever more came while the
 * last write was on its way, goes at once. Lives as long as the cluster.
 */
export class RoomWriter {
  readonly #redis: RedisConnection
  readonly #self: NodeProcess
  /** With something that Redis does not have; one that was closed stays until Redis has that. */
  readonly #waiting = new Map<RoomId, Writable>()
  #writing: Promise<void> | undefined
  #scheduled = false

  constructor(redis: RedisConnection, self: NodeProcess) {
    this.#redis = redis
    this.#self = self
  }

  /** Something is to be written. */
  touch(room: Writable): void {
    const before = this.#waiting.get(room.id)
    // It was closed, and is open again: the events are of the room, whichever link tells them.
    if (before && before !== room) room.own.adopt(before.own.take(performance.now()))
    this.#waiting.set(room.id, room)
    this.#schedule()
  }

  /** Tries again what has failed. */
  retry(): void {
    if (this.#waiting.size > 0) this.#schedule()
  }

  /** Writes what there is now, if it can be written; never fails. */
  async flush(): Promise<void> {
    await this.#writing?.catch(() => {})
    await this.#write()
  }

  #schedule(): void {
    if (this.#scheduled || this.#writing || !this.#redis.isReady) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      void this.#write()
    })
  }

  async #write(): Promise<void> {
    if (this.#writing || !this.#redis.isReady || this.#waiting.size === 0) return
    this.#writing = this.#writeAll()
    const hasWorked = await this.#writing.then(
      () => true,
      () => false,
    )
    this.#writing = undefined
    if (hasWorked) this.retry()
  }

  async #writeAll(): Promise<void> {
    const now = performance.now()
    const rooms = [...this.#waiting.values()].slice(0, ROOMS_AT_ONCE)
    for (const { id } of rooms) this.#waiting.delete(id)
    const writes = rooms.map((room) => ({ room, write: room.own.take(now) }))
    try {
      await this.#redis.run((client) =>
        Promise.all(writes.map(({ room, write }) => this.#commands(client, room.id, write).exec())),
      )
    } catch (error) {
      for (const { room, write } of writes) {
        const opened = this.#waiting.get(room.id)
        // Whoever has opened the room anew meanwhile writes everything.
        if (opened && opened !== room) opened.own.adopt(write)
        else room.own.giveBack(write)
        if (!opened) this.#waiting.set(room.id, room)
      }
      throw error
    }
  }

  #commands(client: RedisClient, roomId: RoomId, { whole, set, gone, events, closed }: RowsWrite) {
    const { id, epoch } = this.#self
    const [rows, stream] = [rowsKey(roomId), eventsKey(roomId)]
    const multi = client.multi()
    const tell = (entry: Entry) =>
      multi.xAdd(
        stream,
        '*',
        { from: processText(this.#self), entry: JSON.stringify(entry) },
        { TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: STREAM_LENGTH } },
      )
    if (whole) {
      multi.eval(DROP_ROWS, { keys: [rows, NODES_KEY], arguments: [id, ''] })
      if (!closed) multi.hSet(rows, fieldOf(id), rowText(epoch))
    }
    for (const [row, json] of set) multi.hSet(rows, fieldOf(id, row), rowText(epoch, json))
    if (gone.length > 0)
      multi.hDel(
        rows,
        gone.map((row) => fieldOf(id, row)),
      )
    if (whole && !closed) tell({ kind: 'sync' })
    else for (const [row, json] of set) tell({ kind: 'row', ...nameAndKey(row), value: JSON.parse(json) })
    for (const row of gone) tell({ kind: 'row', ...nameAndKey(row) })
    for (const { entry } of events) tell(entry)
    if (closed) tell({ kind: 'left' })
    return multi.expire(rows, KEEP_SECONDS).expire(stream, KEEP_SECONDS)
  }
}

function nameAndKey(row: string): { name: string; key: string } {
  const space = row.indexOf(' ')
  return { name: row.slice(0, space), key: row.slice(space + 1) }
}
