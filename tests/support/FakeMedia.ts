import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { RoomLink } from '../../server/cluster/Cluster.ts'
import type { VideoDemand } from '../../server/core/layers.ts'
import type { WantedProducer } from '../../server/core/subscriptions.ts'
import { routerRtpCapabilities } from '../../server/media/codecs.ts'
import type { MediaPort, PeerMedia, RoomMedia, RoomMediaEvents } from '../../server/media/MediaPort.ts'
import { SfuError } from '../../shared/errors.ts'
import type { ConsumerId, NodeId, PeerId, ProducerId, RoomId, TransportId } from '../../shared/ids.ts'
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
import { FakeInlets, FakeOutlets, type FakeProducer } from './FakePipes.ts'
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

  async openRoom(_roomId?: RoomId, nodes: Pick<RoomLink, 'command'> = NO_NODES): Promise<FakeRoom> {
    this.asked++
    await this.delay
    if (!this.ready) throw new SfuError('notReady')
    const room = new FakeRoom(nodes)
    this.rooms.add(room)
    room.on('closed', () => this.rooms.delete(room))
    return room
  }

  close(): void {
    for (const room of [...this.rooms]) room.close()
  }
}

/** A node alone. */
export const NO_NODES = { command: () => Promise.reject(new SfuError('notFound')) }

export class FakeRoom extends EventEmitter<RoomMediaEvents> implements RoomMedia {
  readonly producers = new Map<ProducerId, FakeProducer>()
  readonly peers = new Set<FakePeerMedia>()
  readonly outlets = new FakeOutlets(this.producers)
  readonly inlets: FakeInlets
  #closed = false

  constructor(nodes: Pick<RoomLink, 'command'> = NO_NODES) {
    super()
    this.inlets = new FakeInlets(nodes)
  }

  async openPeer(options: { peerId: PeerId; rtpCapabilities: RtpCapabilities }): Promise<FakePeerMedia> {
    if (this.#closed) throw new SfuError('roomClosed')
    const peer = new FakePeerMedia(this, options)
    this.peers.add(peer)
    return peer
  }

  handleNodeGone(node: NodeId): void {
    this.outlets.handleNodeGone(node)
    this.loseProducers(this.inlets.handleNodeGone(node))
  }

  /** What comes from other nodes comes no more, though nobody has closed it. */
  loseProducers(producerIds: readonly ProducerId[]): void {
    // As in the real one, a moment later: those who know already have let go then.
    setImmediate(() => {
      for (const peer of this.peers) {
        const consumerIds = peer.closeConsumers(producerIds)
        if (consumerIds.length > 0) this.emit('consumersLost', peer.peerId, consumerIds)
      }
    })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const peer of this.peers) peer.close()
    this.inlets.close()
    this.outlets.pipes.clear()
    this.emit('closed')
    this.removeAllListeners()
  }
}

export class FakePeerMedia implements PeerMedia {
  readonly peerId: PeerId
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

  /** What lets go of the producers that come from other nodes. */
  readonly #releases = new Map<ConsumerId, () => void>()

  constructor(room: FakeRoom, { peerId, rtpCapabilities }: { peerId: PeerId; rtpCapabilities: RtpCapabilities }) {
    this.#room = room
    this.peerId = peerId
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
    this.#unpublish(producerId)
  }

  async consume(
    producers: readonly WantedProducer[],
    options: { resume: 'onConnect' | 'later' },
  ): Promise<ConsumerOptions[]> {
    if (producers.length > 0 && this.#goesUnanswered()) return []
    const created = producers.map((wanted) => {
      if (this.consumed.has(wanted.producerId)) return undefined
      if (wanted.at) return this.#consumeFrom(wanted, wanted.at, options.resume)
      const producer = this.#room.producers.get(wanted.producerId)
      return producer && this.#consumeOne(wanted, producer, options.resume)
    })
    return (await Promise.all(created)).filter((consumer) => consumer !== undefined)
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
      this.#releases.get(id)?.()
      this.#releases.delete(id)
      return [id]
    })
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    for (const id of this.#producers.keys()) this.#unpublish(id)
    for (const release of this.#releases.values()) release()
    this.#releases.clear()
    this.#producers.clear()
    this.#consumerOf.clear()
    this.#announced.clear()
    this.consumed.clear()
    this.#room.peers.delete(this)
  }

  async #consumeFrom(
    wanted: WantedProducer,
    at: NonNullable<WantedProducer['at']>,
    resume: 'onConnect' | 'later',
  ): Promise<ConsumerOptions | undefined> {
    this.consumed.add(wanted.producerId)
    const brought = await this.#room.inlets.bring({ ...wanted, at }).catch(() => undefined)
    const stillWanted = !this.closed && this.consumed.has(wanted.producerId)
    const consumer = brought && stillWanted ? this.#consumeOne(wanted, brought.producer, resume) : undefined
    if (consumer && brought) this.#releases.set(consumer.id, brought.release)
    else {
      brought?.release()
      this.consumed.delete(wanted.producerId)
    }
    return consumer
  }

  #consumeOne(
    { producerId, peerId, source, demand }: WantedProducer,
    producer: FakeProducer,
    resume: 'onConnect' | 'later',
  ): ConsumerOptions | undefined {
    if (!this.#decodes(producer)) return undefined
    const id = randomUUID() as ConsumerId
    this.consumed.add(producerId)
    this.#consumerOf.set(producerId, id)
    if (demand) this.demands.set(producerId, demand)
    if (resume === 'onConnect') this.resumed.add(id)
    const announced = { id, producerId, peerId, source, rtpParameters: producer.rtpParameters }
    this.#announced.set(id, announced)
    return announced
  }

  #decodes({ rtpParameters }: FakeProducer): boolean {
    const mimeType = rtpParameters.codecs[0]?.mimeType.toLowerCase()
    return this.#rtpCapabilities.codecs.some((codec) => codec.mimeType.toLowerCase() === mimeType)
  }

  #unpublish(producerId: ProducerId): void {
    this.#room.producers.delete(producerId)
    this.#room.outlets.handleProducerClosed(producerId)
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
