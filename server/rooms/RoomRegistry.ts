import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { NodeId, RoomId } from '../../shared/ids.ts'
import type { Cluster } from '../cluster/Cluster.ts'
import type { CommandInput, CommandOutput, NodeCommandName } from '../cluster/nodeApi.ts'
import type { RoomSettings } from '../core/roomSettings.ts'
import { memoizeAsync } from '../lib/memoizeAsync.ts'
import type { MediaPort } from '../media/MediaPort.ts'
import type { RoomStore, RoomTruth } from '../store/RoomStore.ts'
import { Entrance } from './Entrance.ts'
import { Evacuation, type EvacuationPlan } from './Evacuation.ts'
import { createNodeCommands } from './nodeCommands.ts'
import { OtherNodes } from './OtherNodes.ts'
import { type MembershipPolicy, Room } from './Room.ts'
import { newTruth, RoomMemory } from './RoomMemory.ts'

type Options = {
  media: MediaPort
  cluster: Cluster
  store: RoomStore
  /** Whether the first to come to a room that nobody made becomes its host. */
  visitorsOpenRooms: boolean
  /** How long an empty room is remembered, milliseconds. */
  roomGraceMs: number
  membership: MembershipPolicy
  /** Of every room. */
  settings: RoomSettings
  log: Logger
  now: () => number
}

/** An empty room keeps its router for this long: who reloads the page finds it warm, milliseconds. */
const EMPTY_ROOM_GRACE_MS = 10_000

/**
 * One Entrance for each room that somebody is in or waits for, and one Room for each that somebody is in: made when the
 * first comes, closed some time after the last has left. What rooms remember lies in the store.
 */
export class RoomRegistry {
  readonly #options: Options
  readonly #rooms = new Map<RoomId, Room>()
  readonly #entrances = new Map<RoomId, Entrance>()
  readonly #openingRooms = new Set<RoomId>()
  readonly #opening = memoizeAsync((id: RoomId) => this.#open(id))
  readonly #openingEntrance = memoizeAsync((id: RoomId) => this.#openEntrance(id))
  readonly #graces = new Map<Room, NodeJS.Timeout>()
  /** When the server will end all calls, milliseconds since 1970; it opens no more rooms from then on. */
  #stopsAt: number | undefined
  #evacuation: Evacuation | undefined
  #onEmpty = () => {}
  #closed = false

  constructor(options: Options) {
    this.#options = options
  }

  get rooms(): number {
    return this.#rooms.size
  }

  get peers(): number {
    return [...this.#rooms.values()].reduce((sum, room) => sum + room.roster.here.size, 0)
  }

  /** What is known of a room without opening it; undefined: there is none. */
  async find(roomId: RoomId): Promise<{ truth: RoomTruth; peers: number } | undefined> {
    const truth = this.#entrances.get(roomId)?.memory.truth ?? (await this.#options.store.load(roomId))?.truth
    return truth && { truth, peers: this.peerCount(roomId) }
  }

  /** Who decides whether somebody gets into a room; the room is remembered from now on. */
  async entrance(roomId: RoomId): Promise<Entrance> {
    return this.#entrances.get(roomId) ?? (await this.#openingEntrance.get(roomId))
  }

  /** The store has lost what a room remembers. */
  handleStoreLost(roomId: RoomId): void {
    this.#entrances.get(roomId)?.memory.restore()
  }

  /** Somebody was not let in: for that alone nothing is kept of a room. Not at once, since they may go to its lobby. */
  handleRefused(roomId: RoomId): void {
    setImmediate(() => this.#tidy(roomId))
  }

  /** One that somebody is in. */
  room(roomId: RoomId): Room | undefined {
    return this.#rooms.get(roomId)
  }

  /** On all nodes, as far as this one knows. */
  peerCount(roomId: RoomId): number {
    return this.#rooms.get(roomId)?.roster.members.length ?? this.#entrances.get(roomId)?.others.peerCount ?? 0
  }

  /** Does what another node asks for. @throws SfuError `notFound`, and what the command throws */
  async handleCommand<C extends NodeCommandName>(
    node: NodeId,
    roomId: RoomId,
    name: C,
    input: CommandInput<C>,
  ): Promise<CommandOutput<C>> {
    const entrance = this.#entrances.get(roomId)
    if (!entrance) throw new SfuError('notFound')
    return await createNodeCommands(entrance, this.#rooms.get(roomId), node)[name](input)
  }

  /** Runs an entry into a room, which is opened for it and closed again if nobody enters. */
  async enter<T>(roomId: RoomId, entry: (room: Room) => Promise<T>): Promise<{ room: Room; entered: T }> {
    const room = this.#rooms.get(roomId) ?? (await this.#opening.get(roomId))
    clearTimeout(this.#graces.get(room))
    try {
      return { room, entered: await entry(room) }
    } finally {
      if (room.roster.size === 0) this.#handleEmpty(room)
    }
  }

  /** @throws SfuError `notReady`, once the server stops */
  assertOpen(): void {
    if (this.#closed || this.#stopsAt !== undefined) throw new SfuError('notReady', 'the server stops')
  }

  /**
   * Opens no more rooms, and asks everyone to move to another node, or tells them when their calls end.
   *
   * @returns resolves when nobody is in a room any more
   */
  async drain(plan: EvacuationPlan): Promise<void> {
    this.#stopsAt = plan.stopsAt
    this.#evacuation = new Evacuation({
      ...plan,
      rooms: () => [...this.#rooms.values()],
      lobbies: () => [...this.#entrances.values()].map(({ lobby }) => lobby),
      now: this.#options.now,
    })
    if (this.#size > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve))
    this.#evacuation.close()
  }

  get #size(): number {
    return [...this.#rooms.values()].reduce((sum, room) => sum + room.roster.size, 0)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#evacuation?.close()
    for (const room of [...this.#rooms.values()]) room.close('serverStopping')
    for (const { lobby } of [...this.#entrances.values()]) lobby.close('serverStopping')
    for (const entrance of this.#entrances.values()) entrance.close()
    this.#entrances.clear()
  }

  async #open(id: RoomId): Promise<Room> {
    this.assertOpen()
    this.#openingRooms.add(id)
    try {
      const entrance = await this.entrance(id)
      const media = await this.#options.media.openRoom(id, entrance.link)
      if (this.#closed) {
        media.close()
        throw new SfuError('notReady', 'the server stops')
      }
      const { membership, settings, log, now } = this.#options
      const room = new Room({ id, media, entrance, membership, settings, log: log.child({ room: id }), now })
      this.#rooms.set(id, room)
      if (this.#stopsAt !== undefined) room.announceStop(this.#stopsAt)
      room.on('occupied', () => this.#handleOccupied(room, entrance))
      room.on('empty', () => this.#handleEmpty(room))
      room.on('closed', () => this.#handleClosed(room))
      return room
    } finally {
      this.#openingRooms.delete(id)
      this.#opening.forget(id)
      this.#tidy(id)
    }
  }

  async #openEntrance(id: RoomId): Promise<Entrance> {
    const { cluster, store, log, now, roomGraceMs, visitorsOpenRooms } = this.#options
    const others = new OtherNodes()
    // First, so that nothing falls between what is loaded and what is told.
    const link = await cluster.openRoom(id, others)
    try {
      let stored = await store.load(id)
      if (!stored) {
        stored = { truth: newTruth({ ownerless: visitorsOpenRooms }), members: new Map(), chat: [] }
        const isNew = await store.create(id, stored.truth, now() + roomGraceMs).catch((error: unknown) => {
          if (error instanceof SfuError) throw error
          // A full disk keeps nobody from talking; what the room knows then ends with it.
          log.error({ err: error, room: id }, 'a room cannot be stored')
          return true
        })
        // Another node was quicker.
        if (!isNew) stored = (await store.load(id)) ?? stored
      }
      if (this.#closed) throw new SfuError('notReady', 'the server stops')
      const memory = new RoomMemory({ id, stored, store, link, log })
      const entrance = new Entrance({ memory, others, link })
      this.#entrances.set(id, entrance)
      entrance.lobby.on('changed', () => this.#tidy(id))
      return entrance
    } catch (error) {
      link.close()
      throw error
    } finally {
      this.#openingEntrance.forget(id)
    }
  }

  #handleOccupied(room: Room, { memory }: Entrance): void {
    clearTimeout(this.#graces.get(room))
    memory.keep()
  }

  #handleEmpty(room: Room): void {
    if (room.closed) return
    const { roomGraceMs, now } = this.#options
    this.#entrances.get(room.id)?.memory.release(now() + roomGraceMs)
    clearTimeout(this.#graces.get(room))
    const close = () => {
      if (room.roster.size === 0) room.close('roomClosed')
    }
    this.#graces.set(room, setTimeout(close, Math.min(EMPTY_ROOM_GRACE_MS, roomGraceMs)))
    if (this.#size === 0) this.#onEmpty()
  }

  #handleClosed(room: Room): void {
    clearTimeout(this.#graces.get(room))
    this.#graces.delete(room)
    if (this.#rooms.get(room.id) === room) this.#rooms.delete(room.id)
    const { roomGraceMs, now } = this.#options
    this.#entrances.get(room.id)?.memory.release(now() + roomGraceMs)
    this.#tidy(room.id)
    if (this.#size === 0) this.#onEmpty()
  }

  /** Lets go of the entrance of a room that nobody is in or waits for. */
  #tidy(id: RoomId): void {
    const entrance = this.#entrances.get(id)
    if (this.#rooms.has(id) || this.#openingRooms.has(id) || entrance?.lobby.size !== 0) return
    this.#entrances.delete(id)
    entrance.close()
  }
}
