import type { PeerId, ProducerId } from '../../shared/ids.ts'
import type { Size, Source } from '../../shared/media.ts'
import type { EndReason, NotificationData, NotificationName } from '../../shared/notifications.ts'
import type { PeerSnapshot, Published } from '../../shared/peer.ts'
import type { Reception, Viewport } from '../../shared/requests.ts'
import type { Uplink } from '../core/quality.ts'
import type { PublishedProducer } from '../core/subscriptions.ts'
import type { PeerMedia } from '../media/MediaPort.ts'

/** The way to one client; signaling implements it with a socket. */
export interface PeerSession {
  notify<N extends NotificationName>(name: N, data: NotificationData<N>): void
  /** Tells the client why, and closes the connection. */
  end(reason: EndReason): void
}

type Options = { id: PeerId; name: string; media: PeerMedia; session: PeerSession }

/** One joined client as its room knows it: who it is, what it publishes, what it looks at. Owned by Room. */
export class Peer {
  readonly id: PeerId
  readonly name: string
  readonly media: PeerMedia
  readonly session: PeerSession
  readonly published = new Map<Source, Published>()
  viewport: Viewport | undefined
  reception: Reception = { mode: 'all' }
  /** How what it sends reaches the server. */
  uplink: Uplink = 'good'
  /** Sizes of the layers of each video that is published, the smallest first. */
  readonly layers = new Map<ProducerId, readonly Size[]>()
  joinedAt = 0
  handRaisedAt: number | undefined
  #closed = false

  constructor(options: Options) {
    this.id = options.id
    this.name = options.name
    this.media = options.media
    this.session = options.session
  }

  get closed(): boolean {
    return this.#closed
  }

  publishedById(producerId: ProducerId): Published | undefined {
    return [...this.published.values()].find((published) => published.producerId === producerId)
  }

  publishedProducers(): PublishedProducer[] {
    return [...this.published.values()].map(({ producerId, source }) => ({
      producerId,
      source,
      peerId: this.id,
      layers: this.layers.get(producerId) ?? [],
    }))
  }

  snapshot(): PeerSnapshot {
    return {
      id: this.id,
      name: this.name,
      joinedAt: this.joinedAt,
      published: [...this.published.values()],
      ...(this.handRaisedAt === undefined ? {} : { handRaisedAt: this.handRaisedAt }),
      ...(this.uplink === 'good' ? {} : { uplink: this.uplink }),
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.media.close()
  }
}
