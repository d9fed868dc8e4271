import type { NodeId, RoomId } from '../../shared/ids.ts'
import type {
  CommandInput,
  CommandOutput,
  NodeCommandName,
  NodeEventName,
  NodeEvents,
  NodeInfo,
  NodeStateName,
  NodeStates,
} from './nodeApi.ts'

/**
 * The nodes that serve together, as the rest of the server sees them. `LocalCluster` is one node alone; `RedisCluster` is
 * several. Nothing local ever waits for it: what is told is on its way when the call returns, and what cannot be told now
 * is told when it can.
 */
export interface Cluster {
  readonly nodeId: NodeId
  /** All that are alive as far as this one knows, itself first. */
  readonly nodes: readonly NodeInfo[]
  /** Tells the others, within a second. */
  setState(state: NodeInfo['state']): void
  /** Which nodes have somebody in a room. @throws SfuError `notReady` when nobody can tell */
  nodesOf(roomId: RoomId): Promise<NodeId[]>
  /**
   * Takes part in what nodes tell each other of a room. What is there already has been told to `listener` when this
   * resolves; where that cannot be had within a moment, it comes later.
   */
  openRoom(roomId: RoomId, listener: RoomListener): Promise<RoomLink>
  /** Answers what other nodes ask of this one, from now on. @throws StartError where it cannot listen to them */
  serve(answer: AnswerCommand): Promise<void>
  close(): void
}

/** @throws SfuError what the other node is told */
export type AnswerCommand = <C extends NodeCommandName>(
  from: NodeId,
  roomId: RoomId,
  name: C,
  input: CommandInput<C>,
) => Promise<CommandOutput<C>>

/** One room's link to the other nodes. */
export interface RoomLink {
  /** Of this one. */
  readonly nodeId: NodeId
  /** Writes a row of this node's state; undefined takes it away. */
  setState<K extends NodeStateName>(name: K, key: string, value: NodeStates[K] | undefined): void
  sendEvent<E extends NodeEventName>(name: E, data: NodeEvents[E]): void
  /** @throws SfuError what the other node says; `timeout`; `notReady` where it cannot be reached */
  command<C extends NodeCommandName>(node: NodeId, name: C, input: CommandInput<C>): Promise<CommandOutput<C>>
  /** This node has no part in the room any more: its rows are taken away. */
  close(): void
}

/** What a room hears of the others; never of its own node, and nothing after `close()`. */
export interface RoomListener {
  /** Undefined: the row is gone, perhaps with its node. */
  handleState<K extends NodeStateName>(node: NodeId, name: K, key: string, value: NodeStates[K] | undefined): void
  handleEvent<E extends NodeEventName>(node: NodeId, name: E, data: NodeEvents[E]): void
  /** A node is gone, after its rows: nothing it had open is of use any more. */
  handleNodeGone(node: NodeId): void
  /** Redis was away, or has lost what it had: what this node knows of the room is to be stored anew. */
  handleRestored(): void
}
