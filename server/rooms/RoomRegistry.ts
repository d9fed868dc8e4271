import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { RoomId } from '../../shared/ids.ts'
import type { RoomSettings } from '../core/roomSettings.ts'
import { memoizeAsync } from '../lib/memoizeAsync.ts'
import type { MediaPort } from '../media/MediaPort.ts'
import { Room } from './Room.ts'

type Options = {
  media: MediaPort
  /** Of every room. */
  settings: RoomSettings
  log: Logger
  now: () => number
  emptyRoomGraceMs?: number
}

/** An empty room keeps its router for this long: who reloads the page finds it warm, milliseconds. */
const EMPTY_ROOM_GRACE_MS = 10_000

/** One Room for each id; makes it when the first person joins, closes it some time after the last has left. */
export class RoomRegistry {
  readonly #options: Options
  readonly #rooms = new Map<RoomId, Room>()
  readonly #opening = memoizeAsync((id: RoomId) => this.#open(id))
  readonly #graces = new Map<Room, NodeJS.Timeout>()
  #closed = false

  constructor(options: Options) {
    this.#options = options
  }

  get rooms(): number {
    return this.#rooms.size
  }

  get peers(): number {
    return [...this.#rooms.values()].reduce((sum, room) => sum + room.peerCount, 0)
  }

  /** Runs an entry into a room, which is opened for it and closed again if nobody enters. */
  async enter<T>(roomId: RoomId, entry: (room: Room) => Promise<T>): Promise<{ room: Room; entered: T }> {
    const room = this.#rooms.get(roomId) ?? (await this.#opening.get(roomId))
    clearTimeout(this.#graces.get(room))
    try {
      return { room, entered: await entry(room) }
    } finally {
      if (room.size === 0) this.#handleEmpty(room)
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const room of [...this.#rooms.values()]) room.close('serverStopping')
  }

  async #open(id: RoomId): Promise<Room> {
    if (this.#closed) throw new SfuError('notReady', 'the server stops')
    try {
      const media = await this.#options.media.openRoom(id)
      if (this.#closed) {
        media.close()
        throw new SfuError('notReady', 'the server stops')
      }
      const { settings, log, now } = this.#options
      const room = new Room({ id, media, settings, log: log.child({ room: id }), now })
      this.#rooms.set(id, room)
      room.on('empty', () => this.#handleEmpty(room))
      room.on('closed', () => this.#handleClosed(room))
      return room
    } finally {
      this.#opening.forget(id)
    }
  }

  #handleEmpty(room: Room): void {
    if (room.closed) return
    clearTimeout(this.#graces.get(room))
    const close = () => {
      if (room.size === 0) room.close('roomClosed')
    }
    this.#graces.set(room, setTimeout(close, this.#options.emptyRoomGraceMs ?? EMPTY_ROOM_GRACE_MS))
  }

  #handleClosed(room: Room): void {
    clearTimeout(this.#graces.get(room))
    this.#graces.delete(room)
    if (this.#rooms.get(room.id) === room) this.#rooms.delete(room.id)
  }
}
