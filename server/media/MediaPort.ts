/**
 * The media plane as `rooms/` sees it. `WorkerPool` is the real one; FakeMedia of the tests keeps the same promises,
 * and both pass the same contract tests.
 *
 * Every `close()` is synchronous, idempotent and closes children first. Every promise settles within a deadline.
 */
import type { EventEmitter } from 'node:events'
import type { ConsumerId, NodeId, PeerId, ProducerId, RoomId, TransportId } from '../../shared/ids.ts'
import type { DtlsParameters, IceParameters, RtpCapabilities, RtpParameters, Source } from '../../shared/media.ts'
import type { Layers } from '../../shared/notifications.ts'
import type { ConsumerOptions, TransportOptions } from '../../shared/requests.ts'
import type { RoomLink } from '../cluster/Cluster.ts'
import type { CommandInput, PipedProducer, PipeEnd } from '../cluster/nodeApi.ts'
import type { VideoDemand } from '../core/layers.ts'
import type { Voice } from '../core/speakers.ts'
import type { WantedProducer } from '../core/subscriptions.ts'

export interface MediaPort {
  /** What every router can carry, known without a worker. */
  readonly rtpCapabilities: RtpCapabilities
  /** Whether a new room could be opened now. */
  readonly ready: boolean
  /** How much of what it can carry it carries, 0 to 1 and above. */
  readonly load: number
  /**
   * @param nodes the way to the media of this room on other nodes
   * @throws SfuError `notReady` without a worker, `timeout`
   */
  openRoom(roomId: RoomId, nodes: Pick<RoomLink, 'command'>): Promise<RoomMedia>
}

export type RoomMediaEvents = {
  /** All of the room's media is gone: its worker died, or the last of them. */
  closed: []
  /** One of several workers died, and what these peers had on it is gone. */
  peersLost: [PeerId[]]
  /**
   * A viewer's consumers are closed, since what they were sent from another node comes no more on the way it came, which
   * says nothing about the producer. Whoever still wants it consumes it again.
   */
  consumersLost: [PeerId, ConsumerId[]]
  /** Who is heard now of those who are published here, the loudest first. */
  voices: [Voice[]]
}

export interface RoomMedia extends EventEmitter<RoomMediaEvents> {
  /** Creates both transports of a peer. @throws SfuError `roomClosed`, `unsupportedMedia`, `timeout` */
  openPeer(options: { peerId: PeerId; rtpCapabilities: RtpCapabilities }): Promise<PeerMedia>
  /** What other nodes ask for, to bring the media of this one to their viewers. */
  readonly outlets: PipeOutlets
  /** Another node is gone: nothing that was open to or from it is of use any more. */
  handleNodeGone(node: NodeId): void
  close(): void
}

/** This node's ends of the pipes to other nodes, which those ask for: a pipe for each pair of routers, one way. */
export interface PipeOutlets {
  /** @throws SfuError `notFound` without a router on that worker, `conflict`, `tooMany`, `timeout` */
  openPipe(node: NodeId, input: CommandInput<'openPipe'>): Promise<PipeEnd>
  /**
   * Again and again through the same pipe it is sent once.
   * @throws SfuError `notFound` where the pipe is not there (any more), `conflict` where its worker has no such producer
   * of a peer of this node, `timeout`
   */
  sendThrough(node: NodeId, input: CommandInput<'sendThrough'>): Promise<PipedProducer>
  stopSending(node: NodeId, input: CommandInput<'stopSending'>): void
  closePipe(node: NodeId, input: CommandInput<'closePipe'>): void
}

export interface PeerMedia {
  /** Index of the worker that carries it. */
  readonly worker: number
  /** Both as they are now: ICE may have been restarted. */
  readonly sendTransport: TransportOptions
  readonly recvTransport: TransportOptions
  /** Whether one of them is connected and its client still consents (RFC 7675). */
  readonly iceConnected: boolean
  /** What it is sent, as `consume` has announced it. */
  readonly consumers: readonly ConsumerOptions[]
  /** The producers that this peer consumes, or is about to. */
  readonly consumed: ReadonlySet<ProducerId>
  /** How each stream of what it publishes arrives, as mediasoup rates it: 0 (nothing comes) to 10; empty before the first packet. */
  readonly scores: ReadonlyMap<ProducerId, readonly number[]>
  /** In which layer each video is sent to it now; videos without layers are left out. */
  readonly layers: readonly Layers[]

  /** @throws SfuError `notFound`, `conflict` when already connected, `unsupportedMedia` */
  connectTransport(transportId: TransportId, dtlsParameters: DtlsParameters): Promise<void>
  /** @throws SfuError `notFound` */
  restartIce(transportId: TransportId): Promise<IceParameters>
  /**
   * @param options.replaces the producer of this source now, which goes on until it is closed
   * @throws SfuError `notFound`, `conflict` when the source is published already, `unsupportedMedia`
   */
  produce(options: {
    transportId: TransportId
    source: Source
    rtpParameters: RtpParameters
    paused: boolean
    replaces?: ProducerId | undefined
  }): Promise<ProducerId>
  /** @throws SfuError `notFound` */
  setProducerPaused(producerId: ProducerId, paused: boolean): Promise<void>
  /** @throws SfuError `notFound` */
  closeProducer(producerId: ProducerId): void

  /**
   * Creates paused consumers, all at once. What cannot be consumed (closed meanwhile, no common codec) is left out.
   *
   * @param options.resume `onConnect`: they are resumed when the receive transport's DTLS is connected, for a client
   * that applies them all before its handshake; `later`: they wait for `resumeConsumers`
   */
  consume(producers: readonly WantedProducer[], options: { resume: 'onConnect' | 'later' }): Promise<ConsumerOptions[]>
  /** How much of a consumed video is wanted; nothing happens where it is not consumed, or wanted so already. */
  setDemand(producerId: ProducerId, demand: VideoDemand): Promise<void>
  /** Most that this peer is sent, bit/s; undefined: what the network carries. */
  limitReception(bitrate: number | undefined): Promise<void>
  /** Unknown ids are passed over: the consumer may just have been closed. */
  resumeConsumers(consumerIds: readonly ConsumerId[]): Promise<void>
  /** @returns the ids of the consumers that are gone now */
  closeConsumers(producerIds: readonly ProducerId[]): ConsumerId[]
  close(): void
}
