import type { Role, RoomRules, SelfView } from '../../shared/access.ts'
import type { Identity, PeerId, ProducerId } from '../../shared/ids.ts'
import type { RtpCapabilities, Size, Source, VideoCodec } from '../../shared/media.ts'
import type { EndReason, NotificationData, NotificationName } from '../../shared/notifications.ts'
import type { PeerSnapshot, Published } from '../../shared/peer.ts'
import type { Reception, Viewport } from '../../shared/requests.ts'
import type { PeerRecord } from '../cluster/nodeApi.ts'
import { type Rights, rightsOf } from '../core/permissions.ts'
import type { Uplink } from '../core/quality.ts'
import type { PublishedProducer } from '../core/subscriptions.ts'
import { decodableCodecs } from '../core/videoCodec.ts'
import type { PeerMedia } from '../media/MediaPort.ts'
import type { EntryPass } from './Entrance.ts'

/** The way to one client; signaling implements it with a socket. */
export interface PeerSession {
  notify<N extends NotificationName>(name: N, data: NotificationData<N>): void
  /**
   * Tells the client why, and closes the connection.
   * @param movesOn the same peer is on another node: this is nothing to be told to whoever comes back
   */
  end(reason: EndReason, movesOn?: boolean): void
}

type Options = {
  id: PeerId
  name: string
  rtpCapabilities: RtpCapabilities
  pass: EntryPass
  role: Role
  /** The room's, as they are now. */
  rules: () => Pick<RoomRules, 'chat'>
  media: PeerMedia
  session: PeerSession
}

/** One joined client as its room knows it: who it is, what it publishes, what it looks at. Owned by Room. */
export class Peer {
  readonly id: PeerId
  readonly name: string
  readonly pass: EntryPass
  role: Role
  /** What others have muted; it does not tell what the peer itself has. */
  readonly forcedMute = new Set<Source>()
  readonly media: PeerMedia
  /** That of the socket which it has now, or had last. */
  session: PeerSession
  readonly decodable: ReadonlySet<VideoCodec>
  readonly published = new Map<Source, Published>()
  /** What was published before, and goes on until the viewers have its successor. */
  readonly superseded = new Map<Source, ProducerId>()
  viewport: Viewport | undefined
  reception: Reception = { mode: 'all' }
  connection: 'connected' | 'reconnecting' = 'connected'
  /** How what it sends reaches the server. */
  uplink: Uplink = 'good'
  /** Sizes of the layers of each video that is published, the smallest first. */
  readonly layers = new Map<ProducerId, readonly Size[]>()
  joinedAt = 0
  /** A later visit of the same peer, on whichever node, takes the place of this one. */
  visitedAt = 0
  handRaisedAt: number | undefined
  readonly #rules: Options['rules']
  #closed = false

  constructor(options: Options) {
    this.id = options.id
    this.name = options.name
    this.pass = options.pass
    this.role = options.role
    this.#rules = options.rules
    this.decodable = decodableCodecs(options.rtpCapabilities)
    this.media = options.media
    this.session = options.session
  }

  get closed(): boolean {
    return this.#closed
  }

  get identity(): Identity {
    return this.pass.identity
  }

  get hidden(): boolean {
    return this.pass.grants.hidden === true
  }

  get hasOpenMicrophone(): boolean {
    return this.published.get('mic')?.paused === false
  }

  get rights(): Rights {
    return rightsOf(this.role, this.pass.grants, this.#rules())
  }

  /** As the peer wants it, as far as it may receive at all. */
  get receptionMode(): Reception['mode'] {
    return this.rights.actions.has('subscribe') ? this.reception.mode : 'nothing'
  }

  publishedById(producerId: ProducerId): Published | undefined {
    return [...this.published.values()].find((published) => published.producerId === producerId)
  }

  publishedProducers(): PublishedProducer[] {
    const describe = (producerId: ProducerId, source: Source) => ({
      producerId,
      source,
      peerId: this.id,
      layers: this.layers.get(producerId) ?? [],
    })
    return [
      ...[...this.published.values()].map(({ producerId, source, paused }) => ({
        ...describe(producerId, source),
        paused,
      })),
      ...[...this.superseded].map(([source, id]) => ({ ...describe(id, source), superseded: true })),
    ]
  }

  /** Everything that it sends, also what only goes on for a while. */
  get producers(): Published[] {
    const superseded = [...this.superseded].map(([source, producerId]) => ({ source, producerId, paused: false }))
    return [...this.published.values(), ...superseded]
  }

  /** It is no longer there. */
  forgetProducer(producerId: ProducerId): void {
    this.layers.delete(producerId)
    const published = this.publishedById(producerId)
    if (published) this.published.delete(published.source)
    for (const [source, id] of this.superseded) if (id === producerId) this.superseded.delete(source)
  }

  snapshot(): PeerSnapshot {
    return {
      id: this.id,
      name: this.name,
      joinedAt: this.joinedAt,
      published: [...this.published.values()],
      role: this.role,
      forcedMute: [...this.forcedMute],
      ...(this.handRaisedAt === undefined ? {} : { handRaisedAt: this.handRaisedAt }),
      ...(this.connection === 'connected' ? {} : { connection: this.connection }),
      ...(this.uplink === 'good' ? {} : { uplink: this.uplink }),
    }
  }

  /** What other nodes are told. */
  record(): PeerRecord {
    return {
      peer: this.snapshot(),
      identity: this.identity,
      hidden: this.hidden,
      visitedAt: this.visitedAt,
      decodable: [...this.decodable],
      worker: this.media.worker,
      producers: this.publishedProducers().map(({ producerId, source, layers, paused, superseded }) => ({
        producerId,
        source,
        layers: [...layers],
        ...(paused && { paused }),
        ...(superseded && { superseded }),
      })),
    }
  }

  /** What the peer itself is told. */
  selfView(): SelfView {
    const { role, actions, sources } = this.rights
    return { role, actions: [...actions], sources: [...sources], forcedMute: [...this.forcedMute] }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.media.close()
  }
}
