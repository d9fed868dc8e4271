import { EventEmitter } from 'node:events'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { ConsumerId, PeerId, ProducerId, RoomId, TransportId } from '../../shared/ids.ts'
import type { DtlsParameters, RtpCapabilities, RtpParameters, Source } from '../../shared/media.ts'
import type { EndReason, NotificationData, NotificationName } from '../../shared/notifications.ts'
import type { Input, Output, Viewport } from '../../shared/requests.ts'
import { diffSubscriptions, type PublishedProducer, planSubscriptions } from '../core/subscriptions.ts'
import { runInBackground } from '../lib/background.ts'
import type { RoomMedia } from '../media/MediaPort.ts'
import { Peer, type PeerSession } from './Peer.ts'

type Options = { id: RoomId; media: RoomMedia; log: Logger; now: () => number }

export type JoinOptions = {
  peerId: PeerId
  name: string
  session: PeerSession
  rtpCapabilities: RtpCapabilities
  dtlsParameters: DtlsParameters | undefined
  viewport: Viewport | undefined
}

/**
 * The part of a conference that lives on this node: its members, what they publish, and who is sent what. It makes no
 * decision about media itself: `core/subscriptions.ts` plans, PeerMedia carries out. Dies when its media dies or the
 * registry closes it.
 */
export class Room extends EventEmitter<{ empty: []; closed: [] }> {
  readonly id: RoomId
  readonly #media: RoomMedia
  readonly #log: Logger
  readonly #now: () => number
  readonly #peers = new Map<PeerId, Peer>()
  /** Viewers whose consumers are to be brought in line, and whether that is under way. */
  readonly #reconciling = new Map<Peer, 'running' | 'again'>()
  #speakers: readonly PeerId[] = []
  #closed = false

  constructor(options: Options) {
    super()
    this.id = options.id
    this.#media = options.media
    this.#log = options.log
    this.#now = options.now
    options.media.on('closed', () => this.close('workerDied'))
    options.media.on('speakers', (speakers) => this.#handleSpeakers(speakers))
  }

  get size(): number {
    return this.#peers.size
  }

  get closed(): boolean {
    return this.#closed
  }

  /** @throws SfuError `roomClosed`, `unsupportedMedia`, `timeout` */
  async join(options: JoinOptions): Promise<{ peer: Peer; snapshot: Output<'join'> }> {
    const { peerId, name, session, dtlsParameters } = options
    if (this.#closed) throw new SfuError('roomClosed')
    const media = await this.#media.openPeer({ peerId, rtpCapabilities: options.rtpCapabilities })
    if (this.#closed) {
      media.close()
      throw new SfuError('roomClosed')
    }
    const peer = new Peer({ id: peerId, name, joinedAt: this.#now(), media, session })
    peer.viewport = options.viewport
    this.#peers.set(peerId, peer)
    this.#notifyOthers(peer, 'peerJoined', { peer: peer.snapshot() })
    // Taken before the first await below: what is published from here on is for reconcile, once the client is told.
    const wanted = planSubscriptions({ peerId, viewport: peer.viewport }, this.#allPublished())
    this.#reconciling.set(peer, 'running')
    try {
      const connect = (id: TransportId) => dtlsParameters && media.connectTransport(id, dtlsParameters)
      const [consumers] = await Promise.all([
        media.consume(wanted, { resume: 'onConnect' }),
        connect(media.sendTransport.id),
        connect(media.recvTransport.id),
      ])
      if (peer.closed) throw new SfuError('roomClosed')
      this.#log.info({ peer: peerId, peers: this.#peers.size }, 'peer joined')
      return {
        peer,
        snapshot: {
          peerId,
          peers: [...this.#peers.values()].map((member) => member.snapshot()),
          speakers: [...this.#speakers],
          sendTransport: media.sendTransport,
          recvTransport: media.recvTransport,
          consumers,
        },
      }
    } catch (error) {
      this.leave(peer, 'disconnected')
      throw error
    } finally {
      this.#reconciling.delete(peer)
      this.#reconcile(peer)
    }
  }

  leave(peer: Peer, reason: EndReason): void {
    if (this.#peers.get(peer.id) !== peer) return
    this.#peers.delete(peer.id)
    peer.close()
    this.#log.info({ peer: peer.id, reason, peers: this.#peers.size }, 'peer left')
    this.#notifyOthers(peer, 'peerLeft', { peerId: peer.id, reason })
    this.#reconcileAll()
    if (this.#peers.size === 0 && !this.#closed) this.emit('empty')
  }

  async produce(
    peer: Peer,
    options: { transportId: TransportId; source: Source; rtpParameters: RtpParameters; paused: boolean },
  ): Promise<ProducerId> {
    const producerId = await peer.media.produce(options)
    if (peer.closed) throw new SfuError('roomClosed')
    peer.published.set(options.source, { producerId, source: options.source, paused: options.paused })
    this.#handlePublishedChanged(peer)
    return producerId
  }

  async setProducerPaused(peer: Peer, producerId: ProducerId, paused: boolean): Promise<void> {
    await peer.media.setProducerPaused(producerId, paused)
    const published = peer.publishedById(producerId)
    if (peer.closed || !published || published.paused === paused) return
    peer.published.set(published.source, { ...published, paused })
    this.#handlePublishedChanged(peer)
  }

  closeProducer(peer: Peer, producerId: ProducerId): void {
    peer.media.closeProducer(producerId)
    const published = peer.publishedById(producerId)
    if (published) peer.published.delete(published.source)
    this.#handlePublishedChanged(peer)
  }

  resumeConsumers(peer: Peer, consumerIds: readonly ConsumerId[]): Promise<void> {
    return peer.media.resumeConsumers(consumerIds)
  }

  setViewport(peer: Peer, viewport: Input<'setViewport'>): void {
    peer.viewport = viewport
    this.#reconcile(peer)
  }

  close(reason: EndReason): void {
    if (this.#closed) return
    this.#closed = true
    this.#log.info({ reason, peers: this.#peers.size }, 'room closed')
    for (const peer of this.#peers.values()) {
      peer.close()
      peer.session.end(reason)
    }
    this.#peers.clear()
    this.#media.close()
    this.emit('closed')
    this.removeAllListeners()
  }

  #handlePublishedChanged(peer: Peer): void {
    this.#notifyOthers(peer, 'peerChanged', { peer: peer.snapshot() })
    this.#reconcileAll()
  }

  #handleSpeakers(speakers: readonly PeerId[]): void {
    const present = speakers.filter((peerId) => this.#peers.has(peerId))
    if (present.length === this.#speakers.length && present.every((id, at) => id === this.#speakers[at])) return
    this.#speakers = present
    for (const peer of this.#peers.values()) peer.session.notify('speakersChanged', { speakers: present })
  }

  #notifyOthers<N extends NotificationName>(peer: Peer, name: N, data: NotificationData<N>): void {
    for (const other of this.#peers.values()) if (other !== peer) other.session.notify(name, data)
  }

  *#allPublished(): Generator<PublishedProducer> {
    for (const peer of this.#peers.values())
      for (const { producerId, source } of peer.published.values()) yield { producerId, source, peerId: peer.id }
  }

  #reconcileAll(): void {
    for (const peer of this.#peers.values()) this.#reconcile(peer)
  }

  /**
   * Brings what a viewer consumes in line with what is published and on screen. The one way for every change; calls in
   * one turn of the event loop, or while the worker is busy with the last, become one.
   */
  #reconcile(viewer: Peer): void {
    if (viewer.closed) return
    if (this.#reconciling.has(viewer)) {
      this.#reconciling.set(viewer, 'again')
      return
    }
    this.#reconciling.set(viewer, 'again')
    setImmediate(() => runInBackground(() => this.#reconcileUntilDone(viewer), this.#log))
  }

  async #reconcileUntilDone(viewer: Peer): Promise<void> {
    try {
      while (!viewer.closed && this.#reconciling.get(viewer) === 'again') {
        this.#reconciling.set(viewer, 'running')
        await this.#reconcileOnce(viewer)
      }
    } finally {
      this.#reconciling.delete(viewer)
    }
  }

  async #reconcileOnce(viewer: Peer): Promise<void> {
    const { id: peerId, viewport, media, session } = viewer
    const wanted = planSubscriptions({ peerId, viewport }, this.#allPublished())
    const { add, remove } = diffSubscriptions(wanted, media.consumed)
    const consumerIds = media.closeConsumers(remove)
    if (consumerIds.length > 0) session.notify('consumersRemoved', { consumerIds })
    if (add.length === 0) return
    const consumers = await media.consume(add, { resume: 'later' })
    if (!viewer.closed && consumers.length > 0) session.notify('consumersAdded', { consumers })
  }
}
