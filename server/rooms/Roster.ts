import type { PeerId } from '../../shared/ids.ts'
import type { NotificationData, NotificationName } from '../../shared/notifications.ts'
import type { PeerSnapshot } from '../../shared/peer.ts'
import type { PublishedProducer } from '../core/subscriptions.ts'
import type { OtherNodes } from './OtherNodes.ts'
import type { Peer } from './Peer.ts'
import type { RemotePeer } from './RemotePeer.ts'

/** Who is in a room: on this node and on others, about to come and about to go. Owned by Room, which says who is which. */
export class Roster {
  /** Those who are on this node. */
  readonly here = new Map<PeerId, Peer>()
  /** Those who are still in the pre-join: viewers like the others, but seen by nobody. */
  readonly warm = new Set<Peer>()
  /** Those who have come in anew on another node, and are sent what they were until they have it there. */
  readonly moving = new Set<Peer>()
  readonly #others: OtherNodes

  constructor(others: OtherNodes) {
    this.#others = others
  }

  /** How many connections this node has of the room. */
  get size(): number {
    return this.here.size + this.warm.size + this.moving.size
  }

  /** All that are sent anything by this node. */
  get visits(): Peer[] {
    return [...this.here.values(), ...this.warm, ...this.moving]
  }

  /** Everyone who is in the room, on whichever node. */
  get members(): (Peer | RemotePeer)[] {
    return [...this.here.values(), ...[...this.#others.peers].filter(({ id }) => !this.here.has(id))]
  }

  /** Somebody on this node whom the others can see. */
  peer(peerId: PeerId): Peer | undefined {
    const peer = this.here.get(peerId)
    return peer?.hidden ? undefined : peer
  }

  /** Somebody on another node whom the others can see. */
  remotePeer(peerId: PeerId): RemotePeer | undefined {
    const peer = this.here.has(peerId) ? undefined : this.#others.peer(peerId)
    return peer?.hidden ? undefined : peer
  }

  /**
   * How somebody looks to the others. Who moves is seen and heard from where they were, until they send from where they
   * are.
   */
  snapshotOf(member: Peer | RemotePeer): PeerSnapshot {
    const snapshot = member.snapshot()
    const sources = new Set(snapshot.published.map(({ source }) => source))
    const before = this.#earlierVisits(member).flatMap((visit) => visit.snapshot().published)
    return { ...snapshot, published: [...snapshot.published, ...before.filter(({ source }) => !sources.has(source))] }
  }

  /** What somebody sends, from wherever it comes. */
  producersOf(member: Peer | RemotePeer): PublishedProducer[] {
    const now = member.publishedProducers()
    const sources = new Set(now.map(({ source }) => source))
    const before = this.#earlierVisits(member).flatMap((visit) => visit.publishedProducers())
    return [
      ...now,
      ...before.map((producer) => (sources.has(producer.source) ? { ...producer, superseded: true } : producer)),
    ]
  }

  #earlierVisits(member: Peer | RemotePeer): (Peer | RemotePeer)[] {
    const there = this.#others.visitsOf(member.id).filter((visit) => visit !== member)
    return [...there, ...[...this.moving].filter(({ id }) => id === member.id)]
  }

  /** Whether this very visit is the one that is in the room. */
  has(peer: Peer): boolean {
    return this.here.get(peer.id) === peer
  }

  notifyAll<N extends NotificationName>(name: N, data: NotificationData<N>): void {
    for (const peer of this.here.values()) peer.session.notify(name, data)
  }

  notifyOthers<N extends NotificationName>(peer: Peer, name: N, data: NotificationData<N>): void {
    for (const other of this.here.values()) if (other !== peer) other.session.notify(name, data)
  }

  /** Nobody is here any more. @returns those who were */
  clear(): Peer[] {
    const visits = this.visits
    this.here.clear()
    this.warm.clear()
    this.moving.clear()
    return visits
  }
}
