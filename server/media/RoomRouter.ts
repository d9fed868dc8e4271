import { EventEmitter } from 'node:events'
import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { ConsumerId, PeerId, ProducerId } from '../../shared/ids.ts'
import type { RtpCapabilities, Source } from '../../shared/media.ts'
import type { Voice } from '../core/speakers.ts'
import type { WantedProducer } from '../core/subscriptions.ts'
import { runInBackground } from '../lib/background.ts'
import { ActiveSpeakers } from './ActiveSpeakers.ts'
import { callWorker } from './callWorker.ts'
import { closeMedia } from './closeMedia.ts'
import { ROUTER_CODECS } from './codecs.ts'
import type { KeyFrameTurns } from './KeyFrameTurns.ts'
import { WebRtcPeerMedia } from './WebRtcPeerMedia.ts'

/** A worker as rooms see it. */
export type Place = {
  readonly index: number
  readonly worker: types.Worker
  readonly webRtcServer: types.WebRtcServer
}

export type RoomRouterOptions = {
  place: Place
  announcedAddresses: readonly string[]
  keyFrameTurns: KeyFrameTurns
  /** Makes a producer of the room present on this router. @returns lets go of it */
  bring: (wanted: WantedProducer, to: RoomRouter) => Promise<() => void>
  log: Logger
}

type RoomRouterEvents = {
  /** Those who were on it. */
  closed: [PeerId[]]
  /** Nobody is on it any more. */
  idle: []
  voices: [Voice[]]
  /** As MediaPort has it. */
  consumersLost: [PeerId, ConsumerId[]]
}

/** Owns the Router of one room on one worker and the peers on it; dies with its RoomRouters or with the worker. */
export class RoomRouter extends EventEmitter<RoomRouterEvents> {
  readonly #options: RoomRouterOptions
  readonly #log: Logger
  readonly #peers = new Map<WebRtcPeerMedia, PeerId>()
  /** What is published here. */
  readonly #producers = new Set<string>()
  #opening = 0
  #router: types.Router | undefined
  #speakers: ActiveSpeakers | undefined
  #closed = false

  constructor(options: RoomRouterOptions) {
    super()
    this.#options = options
    this.#log = options.log.child({ worker: options.place.index })
  }

  /** Of its worker. */
  get index(): number {
    return this.#options.place.index
  }

  get isOpen(): boolean {
    return this.#router !== undefined && !this.#closed
  }

  /** @throws SfuError `roomClosed` */
  get router(): types.Router {
    if (this.#closed || !this.#router) throw new SfuError('roomClosed')
    return this.#router
  }

  /** With those who are just coming in. */
  get peerCount(): number {
    return this.#peers.size + this.#opening
  }

  get consumerCount(): number {
    let count = 0
    for (const peer of this.#peers.keys()) count += peer.consumed.size
    return count
  }

  /** Whether a peer here sends it; what is brought from elsewhere does not count. */
  publishes(producerId: ProducerId): boolean {
    return this.#producers.has(producerId)
  }

  /** To be called once, before anything else. */
  async open(): Promise<void> {
    const creation = this.#options.place.worker.createRouter({ mediaCodecs: ROUTER_CODECS })
    const router = await callWorker(creation, 'create a router', closeMedia)
    if (this.#closed) {
      closeMedia(router)
      throw new SfuError('roomClosed')
    }
    this.#router = router
    const speakers = await ActiveSpeakers.create(router, (voices) => this.emit('voices', voices))
    if (this.#closed) throw new SfuError('roomClosed')
    this.#speakers = speakers
  }

  /** Counts from the call on, so that those who come in at once spread over the workers. */
  async openPeer(
    options: { peerId: PeerId; rtpCapabilities: RtpCapabilities },
    opened: Promise<void>,
  ): Promise<WebRtcPeerMedia> {
    this.#opening++
    try {
      await opened
      return await this.#createPeer(options)
    } finally {
      this.#opening--
      this.#tellIfIdle()
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    const peers = [...this.#peers]
    for (const [peer] of peers) peer.close()
    closeMedia(this.#router)
    this.emit(
      'closed',
      peers.map(([, peerId]) => peerId),
    )
    this.removeAllListeners()
  }

  async #createPeer(options: { peerId: PeerId; rtpCapabilities: RtpCapabilities }): Promise<WebRtcPeerMedia> {
    if (this.#closed || !this.#router || !this.#speakers) throw new SfuError('roomClosed')
    const { place, announcedAddresses, keyFrameTurns, bring } = this.#options
    const peer = await WebRtcPeerMedia.create({
      ...options,
      worker: place.index,
      router: this.#router,
      webRtcServer: place.webRtcServer,
      bring: (wanted) => bring(wanted, this),
      onProduced: (producer, source) => this.#handleProduced(producer, source, options.peerId),
      keyFrameTurns,
      announcedAddresses,
      log: this.#log.child({ peer: options.peerId }),
    })
    if (this.#closed) {
      peer.close()
      throw new SfuError('roomClosed')
    }
    this.#peers.set(peer, options.peerId)
    peer.on('consumersLost', (consumerIds) => this.emit('consumersLost', options.peerId, consumerIds))
    peer.on('closed', () => {
      this.#peers.delete(peer)
      this.#tellIfIdle()
    })
    return peer
  }

  #handleProduced(producer: types.Producer, source: Source, peerId: PeerId): void {
    this.#producers.add(producer.id)
    producer.observer.once('close', () => this.#producers.delete(producer.id))
    if (source !== 'mic') return
    runInBackground(async () => {
      await this.#speakers?.add(producer, peerId).catch((error: unknown) => {
        if (!producer.closed) throw error
      })
    }, this.#log)
  }

  #tellIfIdle(): void {
    if (this.peerCount === 0) this.emit('idle')
  }
}
