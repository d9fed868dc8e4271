import { EventEmitter } from 'node:events'
import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { ConsumerId, PeerId, ProducerId, TransportId } from '../../shared/ids.ts'
import {
  carries,
  type DtlsParameters,
  type IceParameters,
  kindOf,
  type RtpCapabilities,
  type RtpParameters,
  type Source,
} from '../../shared/media.ts'
import type { Layers } from '../../shared/notifications.ts'
import type { ConsumerOptions, TransportOptions } from '../../shared/requests.ts'
import type { VideoDemand } from '../core/layers.ts'
import { lacksLayers, layersSent } from '../core/quality.ts'
import type { WantedProducer } from '../core/subscriptions.ts'
import { runInBackground } from '../lib/background.ts'
import { callWorker } from './callWorker.ts'
import { closeMedia } from './closeMedia.ts'
import { Downlink } from './Downlink.ts'
import { KEY_FRAME_REQUEST_DELAY_MS, type KeyFrameTurns } from './KeyFrameTurns.ts'
import type { PeerMedia } from './MediaPort.ts'
import { Reach } from './Reach.ts'
import { transportOptions } from './transportOptions.ts'

/** Enough for a first picture before the bandwidth estimate has learnt anything, bit/s. */
const INITIAL_OUTGOING_BITRATE = 1_000_000

/** A client that is gone is noticed after this time; mediasoup's default would take 30 seconds. */
const ICE_CONSENT_TIMEOUT_SECONDS = 10

const CONNECTED: ReadonlySet<types.IceState> = new Set(['connected', 'completed'])

type Options = {
  peerId: PeerId
  rtpCapabilities: RtpCapabilities
  worker: number
  router: types.Router
  webRtcServer: types.WebRtcServer
  /** Makes a producer of the room present on this router. @returns lets go of it */
  bring: (wanted: WantedProducer) => Promise<() => void>
  onProduced: (producer: types.Producer, source: Source) => void
  keyFrameTurns: KeyFrameTurns
  announcedAddresses: readonly string[]
  log: Logger
}

type Events = {
  closed: []
  /** As MediaPort has it. */
  consumersLost: [ConsumerId[]]
}

/** Owns one peer's two transports with their producers and consumers; dies with the peer, the room or the worker. */
export class WebRtcPeerMedia extends EventEmitter<Events> implements PeerMedia {
  /** Reserved before the first await, so that two reconciles cannot consume one producer twice. */
  readonly consumed = new Set<ProducerId>()

  readonly #options: Options
  readonly #send: types.WebRtcTransport
  readonly #recv: types.WebRtcTransport
  readonly #downlink: Downlink
  readonly #reach: Reach
  readonly #producers = new Map<ProducerId, types.Producer>()
  /** What each source is published as; undefined while it is being made. */
  readonly #sources = new Map<Source, ProducerId | undefined>()
  readonly #consumers = new Map<ConsumerId, types.Consumer>()
  readonly #announced = new Map<ConsumerId, ConsumerOptions>()
  readonly #consumerOf = new Map<ProducerId, ConsumerId>()
  readonly #resumeOnConnect = new Set<ConsumerId>()
  /** What was last asked for. */
  readonly #demands = new Map<ConsumerId, VideoDemand>()
  /** Those whose producers came from another node and come no more, though nobody has closed them. */
  readonly #lost = new Map<ConsumerId, ProducerId>()
  #closed = false

  private constructor(options: Options, send: types.WebRtcTransport, recv: types.WebRtcTransport) {
    super()
    this.#options = options
    this.#send = send
    this.#recv = recv
    recv.on('dtlsstatechange', (state) => {
      if (state === 'connected') this.#handleRecvConnected()
    })
    recv.on('iceselectedtuplechange', () => this.#handlePathChange())
    this.#reach = new Reach([send, recv])
    const lacksAny = () => [...this.#consumers.values()].some(lacksLayers)
    this.#downlink = new Downlink({
      transport: recv,
      lacksLayers: lacksAny,
      release: (consumer) => runInBackground(() => this.#restart(consumer), options.log),
      log: options.log,
    })
  }

  get sendTransport(): TransportOptions {
    return transportOptions(this.#send, this.#options.announcedAddresses)
  }

  get recvTransport(): TransportOptions {
    return transportOptions(this.#recv, this.#options.announcedAddresses)
  }

  get iceConnected(): boolean {
    return [this.#send, this.#recv].some(({ iceState }) => CONNECTED.has(iceState))
  }

  get consumers(): ConsumerOptions[] {
    return [...this.#announced.values()]
  }

  get worker(): number {
    return this.#options.worker
  }

  get scores(): Map<ProducerId, number[]> {
    return new Map([...this.#producers].map(([id, producer]) => [id, producer.score.map(({ score }) => score)]))
  }

  get layers(): Layers[] {
    return [...this.#consumers.values()].flatMap((consumer) => layersSent(consumer) ?? [])
  }

  static async create(options: Options): Promise<WebRtcPeerMedia> {
    const { router, webRtcServer } = options
    const create = () =>
      callWorker(
        router.createWebRtcTransport({
          webRtcServer,
          enableUdp: true,
          enableTcp: true,
          preferUdp: true,
          iceConsentTimeout: ICE_CONSENT_TIMEOUT_SECONDS,
          initialAvailableOutgoingBitrate: INITIAL_OUTGOING_BITRATE,
        }),
        'create a transport',
        closeMedia,
      )
    const results = await Promise.allSettled([create(), create()])
    const [send, recv] = results.map((result) => (result.status === 'fulfilled' ? result.value : undefined))
    if (send && recv) return new WebRtcPeerMedia(options, send, recv)
    closeMedia(send)
    closeMedia(recv)
    throw results.find((result) => result.status === 'rejected')?.reason
  }

  async connectTransport(transportId: TransportId, dtlsParameters: DtlsParameters): Promise<void> {
    const transport = this.#transport(transportId)
    await callWorker(transport.connect({ dtlsParameters }), 'connect a transport').catch((error: unknown) => {
      // mediasoup answers a second connect() with a plain error.
      if (error instanceof Error && /connect\(\) already called/.test(error.message))
        throw new SfuError('conflict', 'the transport is connected already')
      throw error
    })
  }

  async restartIce(transportId: TransportId): Promise<IceParameters> {
    return await callWorker(this.#transport(transportId).restartIce(), 'restart ICE')
  }

  async produce(options: {
    transportId: TransportId
    source: Source
    rtpParameters: RtpParameters
    paused: boolean
    replaces?: ProducerId | undefined
  }): Promise<ProducerId> {
    const { source, paused, replaces } = options
    if (options.transportId !== this.#send.id) throw new SfuError('notFound')
    if (!carries(options.rtpParameters, source)) throw new SfuError('unsupportedMedia', `no codec for ${source}`)
    if (replaces !== undefined && !this.#producers.has(replaces)) throw new SfuError('notFound')
    if (replaces === undefined ? this.#sources.has(source) : this.#sources.get(source) !== replaces)
      throw new SfuError('conflict', `${source} is published already`)
    this.#sources.set(source, undefined)
    try {
      const producer = await callWorker(
        this.#send.produce({
          kind: kindOf(source),
          rtpParameters: options.rtpParameters as types.RtpParameters,
          paused,
          keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS,
        }),
        'produce',
        closeMedia,
      )
      if (this.#closed) {
        closeMedia(producer)
        throw new SfuError('roomClosed')
      }
      const id = producer.id as ProducerId
      this.#producers.set(id, producer)
      this.#sources.set(source, id)
      producer.observer.once('close', () => {
        this.#producers.delete(id)
        if (this.#sources.get(source) === id) this.#sources.delete(source)
      })
      this.#options.onProduced(producer, source)
      return id
    } catch (error) {
      if (replaces !== undefined && this.#producers.has(replaces)) this.#sources.set(source, replaces)
      else this.#sources.delete(source)
      throw error
    }
  }

  async setProducerPaused(producerId: ProducerId, paused: boolean): Promise<void> {
    const producer = this.#producer(producerId)
    await callWorker(paused ? producer.pause() : producer.resume(), paused ? 'pause' : 'resume')
  }

  closeProducer(producerId: ProducerId): void {
    closeMedia(this.#producer(producerId))
  }

  async consume(
    producers: readonly WantedProducer[],
    options: { resume: 'onConnect' | 'later' },
  ): Promise<ConsumerOptions[]> {
    const fresh = producers.filter(({ producerId }) => !this.consumed.has(producerId))
    for (const { producerId } of fresh) this.consumed.add(producerId)
    const created = await Promise.all(fresh.map((producer) => this.#consumeOne(producer, options.resume)))
    return created.filter((consumer) => consumer !== undefined)
  }

  async setDemand(producerId: ProducerId, demand: VideoDemand): Promise<void> {
    const id = this.#consumerOf.get(producerId)
    const consumer = id && this.#consumers.get(id)
    const before = id && this.#demands.get(id)
    if (!consumer || !before) return
    this.#demands.set(consumer.id as ConsumerId, demand)
    this.#downlink.watch()
    const { spatialLayer, temporalLayer, priority } = demand
    try {
      if (spatialLayer !== before.spatialLayer || temporalLayer !== before.temporalLayer)
        await this.#ask(consumer, consumer.setPreferredLayers(layersOf(demand)))
      if (priority !== before.priority) await this.#ask(consumer, consumer.setPriority(priority))
    } catch (error) {
      // Nobody knows what the worker has now, so whatever is asked for next differs from it.
      if (this.#demands.get(id) === demand) this.#demands.set(id, before)
      throw error
    }
  }

  limitReception(bitrate: number | undefined): Promise<void> {
    return this.#downlink.limit(bitrate)
  }

  async resumeConsumers(consumerIds: readonly ConsumerId[]): Promise<void> {
    const consumers = consumerIds.map((id) => this.#consumers.get(id)).filter((consumer) => consumer !== undefined)
    if (this.#recv.dtlsState !== 'connected') {
      // Media that comes before the client has its keys is lost, and with it the first key frame.
      for (const { id } of consumers) this.#resumeOnConnect.add(id as ConsumerId)
      return
    }
    await Promise.all(consumers.map((consumer) => this.#resume(consumer)))
  }

  closeConsumers(producerIds: readonly ProducerId[]): ConsumerId[] {
    return producerIds.flatMap((producerId) => {
      this.consumed.delete(producerId)
      const consumerId = this.#consumerOf.get(producerId)
      if (consumerId === undefined) return []
      this.#consumerOf.delete(producerId)
      closeMedia(this.#consumers.get(consumerId))
      this.#consumers.delete(consumerId)
      this.#announced.delete(consumerId)
      this.#demands.delete(consumerId)
      this.#resumeOnConnect.delete(consumerId)
      return [consumerId]
    })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#producers.size + this.#consumers.size > 0) this.#reach.warnIfMissed(this.#options)
    closeMedia(this.#send)
    closeMedia(this.#recv)
    this.#consumers.clear()
    this.#announced.clear()
    this.#consumerOf.clear()
    this.consumed.clear()
    this.emit('closed')
    this.removeAllListeners()
  }

  async #consumeOne(wanted: WantedProducer, resume: 'onConnect' | 'later'): Promise<ConsumerOptions | undefined> {
    const { producerId, peerId, source, demand, at } = wanted
    const { router, rtpCapabilities, log } = this.#options
    const capabilities = rtpCapabilities as types.RtpCapabilities
    let consumer: types.Consumer
    let release: (() => void) | undefined
    try {
      release = await this.#options.bring(wanted)
      if (!router.canConsume({ producerId, rtpCapabilities: capabilities })) throw new SfuError('unsupportedMedia')
      consumer = await callWorker(
        this.#recv.consume({
          producerId,
          rtpCapabilities: capabilities,
          paused: true,
          ...(demand && { preferredLayers: layersOf(demand) }),
        }),
        'consume',
        closeMedia,
      )
    } catch (error) {
      // Its producer has just closed, or this client cannot decode it: the viewer goes without, the rest goes on.
      if (!this.#closed) log.debug({ err: error, producer: producerId, source }, 'not consumed')
      release?.()
      this.consumed.delete(producerId)
      return undefined
    }
    // The viewer left, or no longer wants it, while the worker made it; or its producer is gone already.
    if (this.#closed || !this.consumed.has(producerId) || consumer.closed) {
      closeMedia(consumer)
      release()
      if (consumer.closed && !this.#consumerOf.has(producerId)) this.consumed.delete(producerId)
      return undefined
    }
    consumer.observer.once('close', release)
    const id = consumer.id as ConsumerId
    if (at) consumer.on('producerclose', () => this.#handleLost(id, producerId))
    this.#consumers.set(id, consumer)
    this.#consumerOf.set(producerId, id)
    if (demand) {
      this.#demands.set(id, demand)
      this.#downlink.follow(consumer)
      this.#inBackground(consumer, consumer.setPriority(demand.priority))
    }
    if (resume === 'onConnect') {
      if (this.#recv.dtlsState === 'connected') this.#resumeInBackground([consumer])
      else this.#resumeOnConnect.add(id)
    }
    const announced = { id, producerId, peerId, source, rtpParameters: consumer.rtpParameters as RtpParameters }
    this.#announced.set(id, announced)
    return announced
  }

  #handleLost(id: ConsumerId, producerId: ProducerId): void {
    if (this.#lost.size === 0) setImmediate(() => this.#tellLost())
    this.#lost.set(id, producerId)
  }

  /** All at once that were lost at once. */
  #tellLost(): void {
    const lost = [...this.#lost].filter(([id, producerId]) => this.#consumerOf.get(producerId) === id)
    this.#lost.clear()
    const consumerIds = this.closeConsumers(lost.map(([, producerId]) => producerId))
    if (consumerIds.length > 0) this.emit('consumersLost', consumerIds)
  }

  #handleRecvConnected(): void {
    const waiting = [...this.#resumeOnConnect].map((id) => this.#consumers.get(id)).filter((c) => c !== undefined)
    this.#resumeOnConnect.clear()
    this.#resumeInBackground(waiting)
  }

  #resumeInBackground(consumers: types.Consumer[]): void {
    runInBackground(async () => {
      await Promise.all(consumers.map((consumer) => this.#resume(consumer)))
    }, this.#options.log)
  }

  async #resume(consumer: types.Consumer): Promise<void> {
    if (consumer.kind === 'video' && consumer.paused) await this.#options.keyFrameTurns.take(consumer.producerId)
    if (consumer.closed) return
    await this.#ask(consumer, consumer.resume())
    if (consumer.kind === 'video') this.#downlink.watch()
  }

  /** Its layers are chosen anew, and begin with a key frame. */
  async #restart(consumer: types.Consumer): Promise<void> {
    await this.#options.keyFrameTurns.take(consumer.producerId)
    // A pause that ends at once is seen by nobody; the worker takes both in this order.
    if (!consumer.closed && !consumer.paused)
      await this.#ask(consumer, Promise.all([consumer.pause(), consumer.resume()]))
  }

  /** A consumer that closes while it is asked for something has nothing left to do. */
  async #ask(consumer: types.Consumer, call: Promise<unknown>): Promise<void> {
    await callWorker(call, 'change a consumer').catch((error: unknown) => {
      if (!consumer.closed) throw error
    })
  }

  /** The viewer asked for a key frame while its path was gone, and asks again only after three seconds. */
  #handlePathChange(): void {
    if (this.#recv.dtlsState !== 'connected') return
    for (const consumer of this.#consumers.values())
      if (consumer.kind === 'video') this.#inBackground(consumer, consumer.requestKeyFrame())
  }

  #inBackground(consumer: types.Consumer, call: Promise<void>): void {
    runInBackground(() => this.#ask(consumer, call), this.#options.log)
  }

  #transport(transportId: TransportId): types.WebRtcTransport {
    const transport = [this.#send, this.#recv].find(({ id }) => id === transportId)
    if (!transport) throw new SfuError('notFound')
    return transport
  }

  #producer(producerId: ProducerId): types.Producer {
    const producer = this.#producers.get(producerId)
    if (!producer) throw new SfuError('notFound')
    return producer
  }
}

const layersOf = ({ spatialLayer, temporalLayer }: VideoDemand): types.ConsumerLayers => ({
  spatialLayer,
  temporalLayer,
})
