import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { VideoDemand } from '../../server/core/layers.ts'
import type { WantedProducer } from '../../server/core/subscriptions.ts'
import { routerRtpCapabilities } from '../../server/media/codecs.ts'
import type { MediaPort, PeerMedia, PipeOutlets, RoomMedia, RoomMediaEvents } from '../../server/media/MediaPort.ts'
import { SfuError } from '../../shared/errors.ts'
import type { ConsumerId, PeerId, ProducerId, TransportId } from '../../shared/ids.ts'
import {
  carries,
  type DtlsParameters,
  type IceParameters,
  type RtpCapabilities,
  type RtpParameters,
  type Source,
} from '../../shared/media.ts'
import type { Layers } from '../../shared/notifications.ts'
import type { ConsumerOptions, TransportOptions } from '../../shared/requests.ts'
import { dtlsParameters } from './rtp.ts'

/** The media plane without media, for speed: keeps the promises of MediaPort, which the contract tests check. */
export class FakeMedia implements MediaPort {
  readonly rtpCapabilities = routerRtpCapabilities()
  readonly rooms = new Set<FakeRoom>()
  ready = true
  load = 0
  /** How many rooms were asked for, and what each has to wait for. */
  asked = 0
  delay: Promise<void> = Promise.resolve()

  async openRoom(): Promise<FakeRoom> {
    this.asked++
    await this.delay
    if (!this.ready) throw new SfuError('notReady')
    const room = new FakeRoom()
    this.rooms.add(room)
    room.on('closed', () => this.rooms.delete(room))
    return room
  }

  close(): void {
    for (const room of [...this.rooms]) room.close()
  }
}

type FakeProducer = { source: Source; rtpParameters: RtpParameters }

export class FakeRoom extends EventEmitter<RoomMediaEvents> implements RoomMedia {
  readonly producers = new Map<ProducerId, FakeProducer>()
  readonly peers = new Set<FakePeerMedia>()
  readonly outlets: PipeOutlets = {
    openPipe: async () => {
      throw new SfuError('notFound')
    },
    sendThrough: async () => {
      throw new SfuError('notFound')
    },
    stopSending: () => {},
    closePipe: () => {},
  }
  #closed = false

  async openPeer(options: { peerId: PeerId; rtpCapabilities: RtpCapabilities }): Promise<FakePeerMedia> {
    if (this.#closed) throw new SfuError('roomClosed')
    const peer = new FakePeerMedia(this, options.rtpCapabilities)
    this.peers.add(peer)
    return peer
  }

  handleNodeGone(): void {}

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const peer of this.peers) peer.close()
    this.emit('closed')
    this.removeAllListeners()
  }
}

export class FakePeerMedia implements PeerMedia {
  readonly worker = 0
  readonly sendTransport = fakeTransport()
  readonly recvTransport = fakeTransport()
  readonly consumed = new Set<ProducerId>()
  /** As soon as a client has connected one of its transports; a test may take the consent away. */
  iceConnected = false
  /** Consumers whose media would flow. */
  readonly resumed = new Set<ConsumerId>()
  readonly pausedProducers = new Set<ProducerId>()
  readonly demands = new Map<ProducerId, VideoDemand>()
  mostBitrate: number | undefined
  readonly scores = new Map<ProducerId, number[]>()
  layers: Layers[] = []
  /** So many of the next calls about consumers are not answered by the worker. */
  unanswered = 0
  closed = false

  readonly #room: FakeRoom
  readonly #rtpCapabilities: RtpCapabilities
  readonly #connected = new Set<TransportId>()
  readonly #producers = new Map<ProducerId, Source>()
  /** What each source is published as. */
  readonly #sources = new Map<Source, ProducerId>()
  readonly #consumerOf = new Map<ProducerId, ConsumerId>()
  readonly #announced = new Map<ConsumerId, ConsumerOptions>()

  constructor(room: FakeRoom, rtpCapabilities: RtpCapabilities) {
    this.#room = room
    this.#rtpCapabilities = rtpCapabilities
  }

  async connectTransport(transportId: TransportId, _dtlsParameters: DtlsParameters): Promise<void> {
    this.#checkTransport(transportId)
    if (this.#connected.has(transportId)) throw new SfuError('conflict')
    this.#connected.add(transportId)
    this.iceConnected = true
  }

  get consumers(): ConsumerOptions[] {
    return [...this.#announced.values()]
  }

  async restartIce(transportId: TransportId): Promise<IceParameters> {
    this.#checkTransport(transportId)
    const renewed = { usernameFragment: randomUUID().slice(0, 8), password: randomUUID(), iceLite: true }
    const transport = [this.sendTransport, this.recvTransport].find(({ id }) => id === transportId)
    if (transport) transport.iceParameters = renewed
    return renewed
  }

  async produce(options: {
    transportId: TransportId
    source: Source
    rtpParameters: RtpParameters
    paused: boolean
    replaces?: ProducerId | undefined
  }): Promise<ProducerId> {
    const { source, rtpParameters, paused, replaces } = options
    if (options.transportId !== this.sendTransport.id) throw new SfuError('notFound')
    if (replaces !== undefined && !this.#producers.has(replaces)) throw new SfuError('notFound')
    if (this.#sources.get(source) !== replaces) throw new SfuError('conflict')
    if (!carries(rtpParameters, source)) throw new SfuError('unsupportedMedia')
    const id = randomUUID() as ProducerId
    this.#producers.set(id, source)
    this.#sources.set(source, id)
    if (paused) this.pausedProducers.add(id)
    this.#room.producers.set(id, { source, rtpParameters })
    return id
  }

  async setProducerPaused(producerId: ProducerId, paused: boolean): Promise<void> {
    this.#checkProducer(producerId)
    if (paused) this.pausedProducers.add(producerId)
    else this.pausedProducers.delete(producerId)
  }

  closeProducer(producerId: ProducerId): void {
    this.#checkProducer(producerId)
    for (const [source, id] of this.#sources) if (id === producerId) this.#sources.delete(source)
    this.#producers.delete(producerId)
    this.#room.producers.delete(producerId)
  }

  async consume(
    producers: readonly WantedProducer[],
    options: { resume: 'onConnect' | 'later' },
  ): Promise<ConsumerOptions[]> {
    if (producers.length > 0 && this.#goesUnanswered()) return []
    return producers.flatMap(({ producerId, peerId, source, demand }) => {
      const producer = this.#room.producers.get(producerId)
      if (!producer || !this.#decodes(producer) || this.consumed.has(producerId)) return []
      const id = randomUUID() as ConsumerId
      this.consumed.add(producerId)
      this.#consumerOf.set(producerId, id)
      if (demand) this.demands.set(producerId, demand)
      if (options.resume === 'onConnect') this.resumed.add(id)
      const announced = { id, producerId, peerId, source, rtpParameters: producer.rtpParameters }
      this.#announced.set(id, announced)
      return [announced]
    })
  }

  async setDemand(producerId: ProducerId, demand: VideoDemand): Promise<void> {
    if (this.#goesUnanswered()) throw new SfuError('timeout')
    if (this.consumed.has(producerId)) this.demands.set(producerId, demand)
  }

  async limitReception(bitrate: number | undefined): Promise<void> {
    this.mostBitrate = bitrate
  }

  async resumeConsumers(consumerIds: readonly ConsumerId[]): Promise<void> {
    const known = new Set(this.#consumerOf.values())
    for (const id of consumerIds) if (known.has(id)) this.resumed.add(id)
  }

  closeConsumers(producerIds: readonly ProducerId[]): ConsumerId[] {
    return producerIds.flatMap((producerId) => {
      this.consumed.delete(producerId)
      this.demands.delete(producerId)
      const id = this.#consumerOf.get(producerId)
      if (id === undefined) return []
      this.#consumerOf.delete(producerId)
      this.#announced.delete(id)
      this.resumed.delete(id)
      return [id]
    })
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    for (const id of this.#producers.keys()) this.#room.producers.delete(id)
    this.#producers.clear()
    this.#consumerOf.clear()
    this.#announced.clear()
    this.consumed.clear()
    this.#room.peers.delete(this)
  }

  #decodes({ rtpParameters }: FakeProducer): boolean {
    const mimeType = rtpParameters.codecs[0]?.mimeType.toLowerCase()
    return this.#rtpCapabilities.codecs.some((codec) => codec.mimeType.toLowerCase() === mimeType)
  }

  #goesUnanswered(): boolean {
    if (this.unanswered === 0) return false
    this.unanswered--
    return true
  }

  #checkTransport(id: TransportId): void {
    if (id !== this.sendTransport.id && id !== this.recvTransport.id) throw new SfuError('notFound')
  }

  #checkProducer(id: ProducerId): void {
    if (!this.#producers.has(id)) throw new SfuError('notFound')
  }
}

function fakeTransport(): TransportOptions {
  return {
    id: randomUUID() as TransportId,
    iceParameters: { usernameFragment: 'fake', password: 'fakefakefakefakefakefake', iceLite: true },
    iceCandidates: [
      {
        foundation: 'udp0',
        priority: 1,
        address: '127.0.0.1',
        ip: '127.0.0.1',
        protocol: 'udp',
        port: 9,
        type: 'host',
      },
    ],
    dtlsParameters: dtlsParameters(),
  }
}
