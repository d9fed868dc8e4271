import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { NodeId, RoomId } from '../../shared/ids.ts'
import type { LivenessChanges } from '../core/nodeLiveness.ts'
import { runInBackground } from '../lib/background.ts'
import type { AnswerCommand, Cluster, RoomLink, RoomListener } from './Cluster.ts'
import { callNode } from './callNode.ts'
import type { CommandInput, CommandOutput, NodeCommandName, NodeInfo } from './nodeApi.ts'
import { RedisConnection } from './RedisConnection.ts'
import { RedisRoom, type RoomDoor } from './RedisRoom.ts'
import { Registry } from './Registry.ts'
import { RoomReader } from './RoomReader.ts'
import { RoomWriter } from './RoomWriter.ts'
import { keepSharedSecret } from './sharedSecret.ts'
import { eventsKey, fieldOf, KEEP_SECONDS, rowsKey } from './wire.ts'

const DEADLINE_MS = 2000
/** Whoever opens a room waits so long for what is there already; after it, it is told when it comes. */
const OPEN_PATIENCE_MS = 1000
/** How often what this node has in Redis is looked after: neither forgotten there, nor lost, milliseconds. */
const REFRESH_EVERY_MS = 60_000

type Options = {
  nodeId: NodeId
  /** Where browsers reach this node; empty: where the page came from. */
  url: string
  /** Where the other nodes reach it, such as `http://10.0.0.7:3001`. */
  privateUrl: string
  region: string
  /** How much of what it can carry it carries now. */
  load: () => number
  /** Whether somebody could be sent here now. */
  isReady: () => boolean
  redisUrl: string
  /** What {@link loadSharedSecret} gave: where Redis forgets it, this node brings it back. */
  sharedSecret?: Uint8Array
  tokens: { signNode(nodeId: NodeId): Promise<string> }
  log: Logger
}

/**
 * Several nodes that serve together over Redis. Nothing waits for Redis: what it cannot be told is told when it is back,
 * and what it has forgotten is told anew. Owns two connections and the links of all rooms; dies with the process.
 */
export class RedisCluster implements Cluster {
  readonly nodeId: NodeId
  readonly #options: Options
  /** Made anew at each start. */
  readonly #epoch = randomUUID()
  readonly #redis: RedisConnection
  readonly #streams: RedisConnection
  readonly #rooms = new Map<RoomId, RedisRoom>()
  readonly #registry: Registry
  readonly #writer: RoomWriter
  readonly #reader: RoomReader
  readonly #log: Logger
  readonly #refreshTimer: NodeJS.Timeout
  /** Until it is said to be. */
  #state: NodeInfo['state'] = 'notReady'
  #answer: AnswerCommand | undefined
  #seq = 0
  #closed = false

  /** @throws StartError when Redis cannot be reached, or lets nobody in */
  static async open(options: Options): Promise<RedisCluster> {
    const { redisUrl: url, log } = options
    let cluster: RedisCluster | undefined
    const common = { url, deadlineMs: DEADLINE_MS, log }
    const redis = await RedisConnection.open({
      ...common,
      name: 'commands',
      handleReady: () => {
        if (cluster) cluster.#handleReady()
      },
      handleLost: () => {
        if (cluster) cluster.#handleLost()
      },
    })
    let streams: RedisConnection | undefined
    try {
      const handleReady = () => {
        if (cluster) cluster.#reader.wake()
      }
      streams = await RedisConnection.open({ ...common, name: 'streams', handleReady })
      cluster = new RedisCluster(options, redis, streams)
      await cluster.#registry.start()
    } catch (error) {
      cluster?.close()
      streams?.close()
      redis.close()
      throw error
    }
    runInBackground(() => cluster.#reader.run(), log)
    return cluster
  }

  private constructor(options: Options, redis: RedisConnection, streams: RedisConnection) {
    this.#options = options
    this.nodeId = options.nodeId
    this.#redis = redis
    this.#streams = streams
    this.#log = options.log
    const self = { id: this.nodeId, epoch: this.#epoch }
    this.#registry = new Registry({
      redis,
      self: () => this.#info(),
      log: this.#log,
      handleChanges: (changes) => this.#handleChanges(changes),
      handleAnswer: (wiped) => (wiped ? this.#distrust() : this.#writer.retry()),
    })
    this.#writer = new RoomWriter(redis, self)
    this.#reader = new RoomReader({
      streams,
      commands: redis,
      self,
      rooms: this.#rooms,
      registry: this.#registry,
      log: this.#log,
      handleLoss: (room) => this.#rewrite(room),
    })
    this.#refreshTimer = setInterval(() => void this.#refreshRooms().catch(() => {}), REFRESH_EVERY_MS)
  }

  get nodes(): NodeInfo[] {
    return this.#registry.nodes
  }

  setState(state: NodeInfo['state']): void {
    this.#state = state
    if (!this.#closed) void this.#registry.refresh()
  }

  async nodesOf(roomId: RoomId): Promise<NodeId[]> {
    const room = this.#rooms.get(roomId)
    if (room) return [...(room.own.hasPeers ? [this.nodeId] : []), ...room.others.withPeers]
    const fields = await this.#redis.run((client) => client.hKeys(rowsKey(roomId)))
    const nodes = fields.map((field) => field.split(' ')).filter(([, name]) => name === 'peer')
    const known = this.nodes.map(({ id }) => id)
    return known.filter((id) => id !== this.nodeId && nodes.some(([node]) => node === id))
  }

  async openRoom(roomId: RoomId, listener: RoomListener): Promise<RoomLink> {
    if (this.#rooms.has(roomId)) throw new Error(`the room ${roomId} is open already`)
    const room = new RedisRoom(roomId, {
      nodeId: this.nodeId,
      listener,
      log: this.#log.child({ room: roomId }),
      door: this.#door,
    })
    this.#rooms.set(roomId, room)
    this.#writer.touch(room)
    if (this.#redis.isReady && this.#streams.isReady) {
      this.#reader.wake()
      const patience = new AbortController()
      await Promise.race([room.opened, delay(OPEN_PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => {})])
      patience.abort()
    }
    return room
  }

  async serve(answer: AnswerCommand): Promise<void> {
    this.#answer = answer
  }

  /** What another node asks, as the private listener has heard it. */
  readonly handleCommand: AnswerCommand = (from, roomId, name, input) => {
    if (!this.#answer) throw new SfuError('notReady', 'the node is starting')
    return this.#answer(from, roomId, name, input)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#refreshTimer)
    this.#registry.close()
    this.#reader.close()
    this.#streams.close()
    for (const room of [...this.#rooms.values()]) room.close()
    runInBackground(() => this.#sayGoodbye(), this.#log)
  }

  async #sayGoodbye(): Promise<void> {
    await this.#writer.flush()
    await this.#registry.leave()
    this.#redis.close()
  }

  readonly #door: RoomDoor = {
    nextSeq: () => this.#seq++,
    handleChange: (room) => this.#writer.touch(room),
    handleClose: (room) => {
      if (this.#rooms.get(room.id) === room) this.#rooms.delete(room.id)
      this.#writer.touch(room)
    },
    command: (room, node, name, input) => this.#command(room.id, node, name, input),
  }

  async #command<C extends NodeCommandName>(
    roomId: RoomId,
    node: NodeId,
    name: C,
    input: CommandInput<C>,
  ): Promise<CommandOutput<C>> {
    // One that has only just come may not be known yet.
    if (!this.#registry.infoOf(node)) await this.#registry.refresh()
    const info = this.#registry.infoOf(node)
    if (!info) throw new SfuError('notReady', 'there is no such node now')
    const token = await this.#options.tokens.signNode(this.nodeId)
    return await callNode({ privateUrl: info.privateUrl, token, roomId, name, input })
  }

  #info(): NodeInfo {
    const { nodeId: id, url, privateUrl, region, load, isReady } = this.#options
    const state = this.#state === 'ready' && !isReady() ? 'notReady' : this.#state
    return { id, epoch: this.#epoch, url, privateUrl, region, load: Math.max(0, load()), state }
  }

  #handleLost(): void {
    this.#registry.handleOutage()
    for (const room of this.#rooms.values()) room.own.distrust()
  }

  #handleReady(): void {
    this.#distrust()
    void this.#registry.refresh()
  }

  /** Everything is written and read anew. */
  #distrust(): void {
    const { sharedSecret } = this.#options
    if (sharedSecret) keepSharedSecret(this.#redis, sharedSecret).catch(() => {})
    for (const room of this.#rooms.values()) {
      room.distrust()
      room.listener.handleRestored()
      this.#writer.touch(room)
    }
    this.#writer.retry()
    this.#reader.wake()
  }

  #rewrite(room: RedisRoom): void {
    room.own.distrust()
    this.#writer.touch(room)
  }

  #handleChanges({ gone, come }: LivenessChanges): void {
    for (const process of gone) {
      this.#log.warn({ other: process.id }, 'a node is gone')
      for (const room of this.#rooms.values()) {
        room.others.handleGone(process)
        this.#reader.dropRows(room.id, process)
      }
    }
    if (come.length === 0) return
    for (const { id } of come) this.#log.info({ other: id }, 'a node is there')
    // What they have written so far was taken for void.
    for (const room of this.#rooms.values()) room.isStale = true
    this.#reader.wake()
  }

  /** Keeps what is in Redis from being forgotten there, and finds what was. */
  async #refreshRooms(): Promise<void> {
    const rooms = [...this.#rooms.values()]
    const marks = await this.#redis.run((client) =>
      Promise.all(
        rooms.map(({ id }) =>
          client
            .multi()
            .hGet(rowsKey(id), fieldOf(this.nodeId))
            .expire(rowsKey(id), KEEP_SECONDS)
            .expire(eventsKey(id), KEEP_SECONDS)
            .execTyped(),
        ),
      ),
    )
    for (const [at, [mark]] of marks.entries()) {
      const room = rooms[at]
      if (room && mark?.split(' ')[0] !== this.#epoch && !room.isClosed && room.own.isWritten) this.#rewrite(room)
    }
  }
}
