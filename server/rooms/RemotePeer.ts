import type { Role } from '../../shared/access.ts'
import type { Identity, NodeId, PeerId } from '../../shared/ids.ts'
import type { VideoCodec } from '../../shared/media.ts'
import type { PeerSnapshot } from '../../shared/peer.ts'
import type { PeerRecord } from '../cluster/nodeApi.ts'
import type { PublishedProducer } from '../core/subscriptions.ts'

/** Somebody in the room whose connections are on another node, as that node last told. Immutable; owned by OtherNodes. */
export class RemotePeer {
  readonly node: NodeId
  readonly #record: PeerRecord

  constructor(node: NodeId, record: PeerRecord) {
    this.node = node
    this.#record = record
  }

  get id(): PeerId {
    return this.#record.peer.id
  }

  get identity(): Identity {
    return this.#record.identity
  }

  get name(): string {
    return this.#record.peer.name
  }

  get role(): Role {
    return this.#record.peer.role
  }

  get joinedAt(): number {
    return this.#record.peer.joinedAt
  }

  /** A later one takes the place of this visit. */
  get visitedAt(): number {
    return this.#record.visitedAt
  }

  get hidden(): boolean {
    return this.#record.hidden
  }

  get decodable(): ReadonlySet<VideoCodec> {
    return new Set(this.#record.decodable)
  }

  get hasOpenMicrophone(): boolean {
    return this.#record.producers.some(({ source, paused, superseded }) => source === 'mic' && !paused && !superseded)
  }

  get sharesScreen(): boolean {
    return this.#record.peer.published.some(({ source }) => source === 'screen')
  }

  snapshot(): PeerSnapshot {
    return this.#record.peer
  }

  publishedProducers(): PublishedProducer[] {
    const at = { node: this.node, worker: this.#record.worker }
    return this.#record.producers.map((producer) => ({ ...producer, peerId: this.id, at }))
  }
}
