import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { expect } from 'vitest'
import type { AnswerCommand, Cluster, RoomLink, RoomListener } from '../../server/cluster/Cluster.ts'
import {
  NODE_COMMANDS,
  NODE_EVENTS,
  NODE_STATES,
  type NodeCommandName,
  type NodeEventName,
  type NodeInfo,
  type NodeStateName,
  type NodeStates,
} from '../../server/cluster/nodeApi.ts'
import { SfuError } from '../../shared/errors.ts'
import type { NodeId, RoomId } from '../../shared/ids.ts'

type Row = { name: NodeStateName; key: string; value: unknown }
type Part = { listener: RoomListener; rows: Map<string, Row> }

/** Several nodes in one process, without Redis: what one tells arrives at the others in the next turn, as JSON would. */
export class FakeBus {
  readonly nodes = new Map<NodeId, FakeNode>()
  #held: (() => void)[] | undefined

  /** What is told from now on is on its way until the returned function is called. */
  hold(): () => void {
    this.#held = []
    return () => {
      const held = this.#held ?? []
      this.#held = undefined
      for (const arrive of held) arrive()
    }
  }

  get isHeld(): boolean {
    return this.#held !== undefined
  }

  carry(arrive: () => void): void {
    if (this.#held) this.#held.push(arrive)
    else setImmediate(arrive)
  }

  node(name: string): FakeNode {
    const node = new FakeNode(this, name as NodeId)
    this.nodes.set(node.nodeId, node)
    return node
  }

  /** As if its process had been killed. */
  kill(dead: FakeNode): void {
    this.nodes.delete(dead.nodeId)
    for (const node of this.nodes.values()) {
      for (const [roomId, { rows }] of dead.rooms) {
        const listener = node.rooms.get(roomId)?.listener
        for (const { name, key } of rows.values()) listener?.handleState(dead.nodeId, name, key, undefined)
        listener?.handleNodeGone(dead.nodeId)
      }
    }
  }
}

export class FakeNode implements Cluster {
  readonly nodeId: NodeId
  readonly rooms = new Map<RoomId, Part>()
  readonly #bus: FakeBus
  url = ''
  state: NodeInfo['state'] = 'ready'
  answer: AnswerCommand | undefined

  constructor(bus: FakeBus, nodeId: NodeId) {
    this.#bus = bus
    this.nodeId = nodeId
  }

  get nodes(): NodeInfo[] {
    const others = [...this.#bus.nodes.values()].filter((node) => node !== this)
    return [this as FakeNode, ...others].map(({ nodeId: id, url, state }) => {
      return { id, epoch: '1', url, privateUrl: '', region: '', load: 0, state }
    })
  }

  setState(state: NodeInfo['state']): void {
    this.state = state
  }

  async nodesOf(roomId: RoomId): Promise<NodeId[]> {
    return [...this.#bus.nodes.values()].filter(({ rooms }) => rooms.has(roomId)).map(({ nodeId }) => nodeId)
  }

  async openRoom(roomId: RoomId, listener: RoomListener): Promise<RoomLink> {
    const part: Part = { listener, rows: new Map() }
    this.rooms.set(roomId, part)
    for (const other of this.#bus.isHeld ? [] : this.#bus.nodes.values())
      for (const { name, key, value } of (other !== this && other.rooms.get(roomId)?.rows.values()) || [])
        listener.handleState(other.nodeId, name, key, value as NodeStates[NodeStateName])
    return {
      nodeId: this.nodeId,
      setState: (name, key, value) => {
        if (value === undefined && !part.rows.delete(`${name} ${key}`)) return
        if (value !== undefined) part.rows.set(`${name} ${key}`, { name, key, value: asJson(NODE_STATES[name], value) })
        this.#tell(roomId, (other) =>
          other.handleState(this.nodeId, name, key, value && (asJson(NODE_STATES[name], value) as typeof value)),
        )
      },
      sendEvent: <E extends NodeEventName>(name: E, data: Parameters<RoomLink['sendEvent']>[1]) =>
        this.#tell(roomId, (other) => other.handleEvent(this.nodeId, name, asJson(NODE_EVENTS[name], data) as never)),
      command: async <C extends NodeCommandName>(node: NodeId, name: C, input: never) => {
        const answer = this.#bus.nodes.get(node)?.answer
        if (!answer) throw new SfuError('notReady', 'the node cannot be reached')
        const output = await answer(this.nodeId, roomId, name, asJson(NODE_COMMANDS[name].input, input) as never)
        return asJson(NODE_COMMANDS[name].output, output) as never
      },
      close: () => {
        this.rooms.delete(roomId)
        for (const { name, key } of part.rows.values())
          this.#tell(roomId, (other) => other.handleState(this.nodeId, name, key, undefined))
      },
    }
  }

  async serve(answer: AnswerCommand): Promise<void> {
    this.answer = answer
  }

  close(): void {
    this.#bus.nodes.delete(this.nodeId)
  }

  #tell(roomId: RoomId, what: (listener: RoomListener) => void): void {
    this.#bus.carry(() => {
      for (const other of this.#bus.nodes.values()) {
        const listener = other !== this && other.rooms.get(roomId)?.listener
        if (listener) what(listener)
      }
    })
  }
}

/** As it would arrive; and what is sent must fit. */
function asJson(schema: TSchema, value: unknown): unknown {
  const wire: unknown = JSON.parse(JSON.stringify(value))
  expect(Compile(schema).Errors(wire)).toEqual([])
  return wire
}
