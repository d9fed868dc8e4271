import type { Logger } from 'pino'
import type { NodeId, RoomId } from '../../shared/ids.ts'
import type { RoomLink, RoomListener } from './Cluster.ts'
import type {
  CommandInput,
  CommandOutput,
  NodeCommandName,
  NodeEventName,
  NodeEvents,
  NodeStateName,
  NodeStates,
} from './nodeApi.ts'
import { OthersRows } from './OthersRows.ts'
import { OwnRows } from './OwnRows.ts'

/** What a room needs of its cluster. */
export type RoomDoor = {
  /** A higher one each time. */
  nextSeq: () => number
  /** There is something to write. */
  handleChange: (room: RedisRoom) => void
  handleClose: (room: RedisRoom) => void
  command: <C extends NodeCommandName>(
    room: RedisRoom,
    node: NodeId,
    name: C,
    input: CommandInput<C>,
  ) => Promise<CommandOutput<C>>
}

type Options = { nodeId: NodeId; listener: RoomListener; log: Logger; door: RoomDoor }

/** One room's link to the other nodes: what this node says, what the others say, and how far it has read. Owned by RedisCluster. */
export class RedisRoom implements RoomLink {
  readonly id: RoomId
  readonly nodeId: NodeId
  readonly listener: RoomListener
  readonly own = new OwnRows()
  readonly others: OthersRows
  /** Up to here the stream was read. */
  position: string | undefined
  /** Of the rows all is known up to here, whatever the stream says of before. */
  rowsKnownTo = '0-0'
  /** The rows are to be read from Redis. */
  isStale = true
  /** The rows were read. */
  readonly opened: Promise<void>
  #resolveOpened: () => void = () => {}
  readonly #door: RoomDoor

  constructor(id: RoomId, { nodeId, listener, log, door }: Options) {
    this.id = id
    this.nodeId = nodeId
    this.listener = listener
    this.others = new OthersRows(listener, log)
    this.#door = door
    this.opened = new Promise((resolve) => {
      this.#resolveOpened = resolve
    })
  }

  get isClosed(): boolean {
    return this.own.isClosed
  }

  handleOpened(): void {
    this.#resolveOpened()
  }

  /** Redis may have lost anything, or this node may have missed anything. */
  distrust(): void {
    this.own.distrust()
    this.others.handleOutage()
    this.isStale = true
  }

  setState<K extends NodeStateName>(name: K, key: string, value: NodeStates[K] | undefined): void {
    if (this.isClosed) return
    const isNew = this.own.set(`${name} ${key}`, value === undefined ? undefined : JSON.stringify(value))
    if (isNew) this.#door.handleChange(this)
  }

  sendEvent<E extends NodeEventName>(name: E, data: NodeEvents[E]): void {
    if (this.isClosed) return
    this.own.queue({ kind: 'event', seq: this.#door.nextSeq(), name, data }, performance.now())
    this.#door.handleChange(this)
  }

  command<C extends NodeCommandName>(node: NodeId, name: C, input: CommandInput<C>): Promise<CommandOutput<C>> {
    return this.#door.command(this, node, name, input)
  }

  close(): void {
    if (this.isClosed) return
    this.own.close()
    this.others.close()
    this.#resolveOpened()
    this.#door.handleClose(this)
  }
}
