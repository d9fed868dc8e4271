import { EventEmitter } from 'node:events'
import type { Waiting } from '../../shared/access.ts'
import type { NodeId, PeerId, ProducerId } from '../../shared/ids.ts'
import type { RoomListener } from '../cluster/Cluster.ts'
import type { NodeEventName, NodeEvents, NodeStateName, NodeStates, PeerRecord } from '../cluster/nodeApi.ts'
import { RemotePeer } from './RemotePeer.ts'

/** One event of another node; narrow by `name`. */
export type NodeEvent = { [E in NodeEventName]: { name: E; data: NodeEvents[E]; node: NodeId } }[NodeEventName]

/** Somebody there came, is different, has moved on, or is gone; one of both is there. */
export type RemoteChange = { before: RemotePeer | undefined; now: RemotePeer | undefined }

type Events = {
  peer: [RemoteChange]
  lobby: []
  demand: [NodeId, ProducerId, layer: number | undefined]
  event: [NodeEvent]
  nodeGone: [NodeId]
  /** What was stored may be lost, what was told may not have arrived. */
  restored: []
}

/** What other nodes have of one room: who is there, who waits there, what they want. Owned by Entrance. */
export class OtherNodes extends EventEmitter<Events> implements RoomListener {
  readonly #peers = new Map<PeerId, Map<NodeId, RemotePeer>>()
  /** Who is on two nodes for a moment, since they move, is where they came last. */
  readonly #current = new Map<PeerId, RemotePeer>()
  readonly #lobbies = new Map<NodeId, Waiting[]>()
  /** What came before the room's memory was there. */
  #early: NodeEvent[] | undefined = []

  get peers(): Iterable<RemotePeer> {
    return this.#current.values()
  }

  get peerCount(): number {
    return this.#current.size
  }

  /** Those that have somebody in the room. */
  get nodes(): ReadonlySet<NodeId> {
    return new Set([...this.#current.values()].map(({ node }) => node))
  }

  peer(peerId: PeerId): RemotePeer | undefined {
    return this.#current.get(peerId)
  }

  /** All visits of a peer there: more than one while it moves. */
  visitsOf(peerId: PeerId): RemotePeer[] {
    return [...(this.#peers.get(peerId)?.values() ?? [])]
  }

  waiting(): Waiting[] {
    return [...this.#lobbies.values()].flat()
  }

  /** Where somebody waits. */
  nodeOfWaiting(peerId: PeerId): NodeId | undefined {
    for (const [node, waiting] of this.#lobbies) if (waiting.some((each) => each.peerId === peerId)) return node
    return undefined
  }

  /** Events are told from now on, with those that came before. */
  start(): void {
    const early = this.#early ?? []
    this.#early = undefined
    for (const event of early) this.emit('event', event)
  }

  handleState<K extends NodeStateName>(node: NodeId, name: K, key: string, value: NodeStates[K] | undefined): void {
    const handlers: { [N in NodeStateName]: (value: NodeStates[N] | undefined) => void } = {
      peer: (record) => this.#setPeer(node, key as PeerId, record),
      lobby: (waiting) => {
        if (waiting && waiting.length > 0) this.#lobbies.set(node, waiting)
        else this.#lobbies.delete(node)
        this.emit('lobby')
      },
      demand: (layer) => this.emit('demand', node, key as ProducerId, layer),
    }
    handlers[name](value)
  }

  handleEvent<E extends NodeEventName>(node: NodeId, name: E, data: NodeEvents[E]): void {
    const event = { name, data, node } as NodeEvent
    if (this.#early) this.#early.push(event)
    else this.emit('event', event)
  }

  handleNodeGone(node: NodeId): void {
    this.emit('nodeGone', node)
  }

  handleRestored(): void {
    this.emit('restored')
  }

  #setPeer(node: NodeId, peerId: PeerId, record: PeerRecord | undefined): void {
    const visits = this.#peers.get(peerId) ?? new Map<NodeId, RemotePeer>()
    if (record) visits.set(node, new RemotePeer(node, record))
    else visits.delete(node)
    if (visits.size > 0) this.#peers.set(peerId, visits)
    else this.#peers.delete(peerId)
    const before = this.#current.get(peerId)
    const now = [...visits.values()].reduce<RemotePeer | undefined>(
      (last, visit) => (last && isNewer(last, visit) ? last : visit),
      undefined,
    )
    if (!now && !before) return
    if (now) this.#current.set(peerId, now)
    else this.#current.delete(peerId)
    this.emit('peer', { before, now })
  }
}

/** Which of two visits of one peer, or of one identity, is the later; a node makes its own later than those it knows of. */
export const isNewer = (a: Visit, b: Visit): boolean =>
  a.visitedAt > b.visitedAt || (a.visitedAt === b.visitedAt && a.node > b.node)

type Visit = Pick<RemotePeer, 'visitedAt' | 'node'>
