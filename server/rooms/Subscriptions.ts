import type { Logger } from 'pino'
import type { NodeId, PeerId, ProducerId } from '../../shared/ids.ts'
import { kindOf } from '../../shared/media.ts'
import type { ConsumerOptions } from '../../shared/requests.ts'
import { sameLast, stricter } from '../core/lastN.ts'
import type { RoomSettings } from '../core/roomSettings.ts'
import { nextSpeaker } from '../core/speakers.ts'
import {
  diffSubscriptions,
  type PublishedProducer,
  planSubscriptions,
  type WantedProducer,
} from '../core/subscriptions.ts'
import { runInBackground } from '../lib/background.ts'
import { Demands } from './Demands.ts'
import type { Peer } from './Peer.ts'
import { RemotePeer } from './RemotePeer.ts'
import { Retries } from './Retries.ts'
import { Voices } from './Voices.ts'

type Options = {
  /** Everyone who publishes, on all nodes. */
  publishers: () => Iterable<Peer | RemotePeer>
  producersOf: (publisher: Peer | RemotePeer) => PublishedProducer[]
  /** Tells another node the highest layer that somebody here wants of a video of it, or -1. */
  tellNode: (producerId: ProducerId, spatialLayer: number) => void
  /** Everyone who receives. */
  viewers: () => Iterable<Peer>
  settings: RoomSettings
  log: Logger
  now: () => number
}

/**
 * Keeps what each viewer of a room is sent in line with what is published, on screen and heard, and what each publisher
 * sends with what somebody wants. Owned by Room. Decisions are made in `core/`; this carries them out, a viewer at a time.
 */
export class Subscriptions {
  readonly #options: Options
  readonly #demands: Demands
  readonly #voices: Voices
  /** Viewers whose consumers are being brought in line, and whether something changed meanwhile. */
  readonly #reconciling = new Map<Peer, 'running' | 'again'>()
  /** Viewers who lack something since the worker did not answer. */
  readonly #retries = new Retries<Peer>((viewer) => this.reconcile(viewer))
  /** Who has the floor. */
  #speaker: PeerId | undefined

  constructor(options: Options) {
    this.#options = options
    this.#voices = new Voices({ limits: options.settings.voiceLimits, onChange: () => this.#handleVoicesChanged() })
    this.#demands = new Demands({
      now: options.now,
      tell: (producerId, spatialLayer) => this.#tellPublisher(producerId, spatialLayer),
    })
  }

  /** What a viewer is sent from the start; what changes meanwhile is for reconcile, once the client is told. */
  async first(viewer: Peer, resume: 'onConnect' | 'later'): Promise<ConsumerOptions[]> {
    this.#reconciling.set(viewer, 'running')
    try {
      const wanted = this.#plan(viewer)
      return await viewer.media.consume(wanted, { resume })
    } finally {
      this.#reconciling.delete(viewer)
      this.reconcile(viewer)
    }
  }

  /**
   * Brings what a viewer consumes in line. The one way for every change; calls in one turn of the event loop, or while
   * the worker is busy with the last, become one.
   */
  reconcile(viewer: Peer): void {
    if (viewer.closed) return
    const idle = !this.#reconciling.has(viewer)
    this.#reconciling.set(viewer, 'again')
    if (idle) setImmediate(() => runInBackground(() => this.#reconcileUntilDone(viewer), this.#options.log))
  }

  reconcileAll(): void {
    for (const viewer of this.#options.viewers()) this.reconcile(viewer)
  }

  videoAdded(producerId: ProducerId, layerCount: number): void {
    this.#demands.add(producerId, layerCount)
  }

  /** Somebody may not have heard what was said about their videos. */
  repeatDemands(publisher: Peer): void {
    for (const { producerId } of publisher.published.values()) this.#demands.repeat(producerId)
  }

  /** A peer on another node came, publishes other things, or is gone. */
  remoteChanged(before: RemotePeer | undefined, now: RemotePeer | undefined): void {
    const [was, is] = [videosOf(before), videosOf(now)]
    for (const producerId of was) if (!is.has(producerId)) this.#forgetRemote(producerId)
    for (const producerId of is) this.#demands.addRemote(producerId)
  }

  /** Somebody is on no node any more. */
  remoteLeft(peerId: PeerId): void {
    this.#voices.leave(peerId)
  }

  #forgetRemote(producerId: ProducerId): void {
    this.#demands.remove(producerId)
    this.#options.tellNode(producerId, -1)
  }

  /** What is wanted on another node of a video that is published here; undefined: nothing. */
  setNodeDemand(node: NodeId, producerId: ProducerId, layer: number | undefined): void {
    this.#demands.setNode(node, producerId, layer)
  }

  videoRemoved(producerId: ProducerId): void {
    this.#demands.remove(producerId)
  }

  viewerLeft(viewer: Peer): void {
    this.#retries.forget(viewer)
    this.#demands.setViewer(viewer.id, new Map())
    this.#voices.leave(viewer.id)
  }

  /** Who is heard now, the loudest first. */
  heard(speakers: readonly PeerId[]): void {
    const before = this.#voices.lastSpoken
    this.#voices.heard(speakers)
    const speaker = nextSpeaker(this.#speaker, speakers)
    const passed = speaker !== this.#speaker
    this.#speaker = speaker
    for (const viewer of this.#options.viewers()) {
      // Who spoke last decides whose camera is sent, where not all are.
      const most = this.#lastNOf(viewer)
      if (passed || (most !== undefined && !sameLast(before, this.#voices.lastSpoken, most))) this.reconcile(viewer)
    }
  }

  /** A client says that its microphone rises. */
  hintVoice(peerId: PeerId): void {
    this.#voices.hint(peerId)
  }

  close(): void {
    this.#retries.close()
    this.#voices.close()
    this.#demands.close()
  }

  #plan(viewer: Peer): WantedProducer[] {
    const publishers = [...this.#options.publishers()]
    const most = this.#lastNOf(viewer)
    const wanted = planSubscriptions(
      {
        peerId: viewer.id,
        viewport: viewer.viewport,
        mode: viewer.receptionMode,
        consumed: viewer.media.consumed,
        lastN: most === undefined ? undefined : { most, lastSpoken: this.#voices.lastSpoken },
        speaker: this.#speaker,
      },
      publishers.flatMap((peer) => this.#options.producersOf(peer)),
      this.#voices.forwarded(openMicrophones(publishers)),
    )
    const layers = wanted.flatMap(({ producerId, demand }) =>
      demand ? [[producerId, demand.spatialLayer] as const] : [],
    )
    this.#demands.setViewer(viewer.id, new Map(layers))
    return wanted
  }

  #lastNOf(viewer: Peer): number | undefined {
    return stricter(this.#options.settings.videoLastN, viewer.reception.lastN)
  }

  async #reconcileUntilDone(viewer: Peer): Promise<void> {
    try {
      while (!viewer.closed && this.#reconciling.get(viewer) === 'again') {
        this.#reconciling.set(viewer, 'running')
        const complete = await this.#reconcileOnce(viewer)
        if (viewer.closed) return
        if (complete) this.#retries.forget(viewer)
        else this.#retries.failed(viewer)
      }
    } finally {
      this.#reconciling.delete(viewer)
    }
  }

  /** False if something is missing. */
  async #reconcileOnce(viewer: Peer): Promise<boolean> {
    const { media, session } = viewer
    const wanted = this.#plan(viewer)
    const { add, remove } = diffSubscriptions(wanted, media.consumed)
    const consumerIds = media.closeConsumers(remove)
    if (consumerIds.length > 0) session.notify('consumersRemoved', { consumerIds })
    const results = await Promise.allSettled([
      ...wanted.flatMap(({ producerId, demand }) => (demand ? [media.setDemand(producerId, demand)] : [])),
      this.#add(viewer, add),
    ])
    const failures = results.filter((result) => result.status === 'rejected')
    for (const { reason } of failures) this.#options.log.warn({ err: reason, peer: viewer.id }, 'not brought in line')
    // What cannot be consumed at all is left out as well; to ask for it again costs nothing.
    return failures.length === 0 && add.every(({ producerId }) => media.consumed.has(producerId))
  }

  async #add(viewer: Peer, producers: WantedProducer[]): Promise<void> {
    if (producers.length === 0) return
    const consumers = await viewer.media.consume(producers, { resume: 'later' })
    if (!viewer.closed && consumers.length > 0) viewer.session.notify('consumersAdded', { consumers })
  }

  #handleVoicesChanged(): void {
    if (this.#voices.forwarded(openMicrophones(this.#options.publishers()))) this.reconcileAll()
  }

  #tellPublisher(producerId: ProducerId, spatialLayer: number): void {
    for (const peer of this.#options.publishers()) {
      if (peer instanceof RemotePeer) {
        if (videosOf(peer).has(producerId)) this.#options.tellNode(producerId, spatialLayer)
      } else if (peer.publishedById(producerId)) peer.session.notify('demandChanged', { producerId, spatialLayer })
    }
  }
}

const openMicrophones = (publishers: Iterable<Peer | RemotePeer>): number =>
  [...publishers].filter((peer) => peer.hasOpenMicrophone).length

const videosOf = (peer: RemotePeer | undefined): ReadonlySet<ProducerId> =>
  new Set(
    peer
      ?.publishedProducers()
      .filter(({ source }) => kindOf(source) === 'video')
      .map(({ producerId }) => producerId),
  )
