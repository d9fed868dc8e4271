import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { Logger } from 'pino'
import { CHAT_HISTORY, type ChatMessage, type Reaction } from '../../shared/chat.ts'
import { SfuError } from '../../shared/errors.ts'
import type { ChatMessageId, ConsumerId, PeerId, ProducerId, RoomId, TransportId } from '../../shared/ids.ts'
import {
  type DtlsParameters,
  kindOf,
  type RtpCapabilities,
  type RtpParameters,
  type Size,
  type Source,
} from '../../shared/media.ts'
import type { EndReason, NotificationData, NotificationName } from '../../shared/notifications.ts'
import type { ConsumerOptions, Input, Output, Viewport } from '../../shared/requests.ts'
import type { RoomSnapshot } from '../../shared/room.ts'
import { layerSizes } from '../core/layers.ts'
import type { RoomSettings } from '../core/roomSettings.ts'
import { runInBackground } from '../lib/background.ts'
import type { RoomMedia } from '../media/MediaPort.ts'
import { Peer, type PeerSession } from './Peer.ts'
import { RoomCodec } from './RoomCodec.ts'
import { ScreenShares } from './ScreenShares.ts'
import { Subscriptions } from './Subscriptions.ts'

type Options = { id: RoomId; media: RoomMedia; settings: RoomSettings; log: Logger; now: () => number }

export type EntryOptions = {
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
  /** Those who are still in the pre-join: viewers like the others, but in no roster. */
  readonly #warm = new Set<Peer>()
  readonly #subscriptions: Subscriptions
  readonly #codec: RoomCodec
  readonly #screens: ScreenShares
  #speakers: readonly PeerId[] = []
  /** What was said to everyone, the oldest first; only the last are kept. */
  readonly #chat: ChatMessage[] = []
  #closed = false

  constructor(options: Options) {
    super()
    this.id = options.id
    this.#media = options.media
    this.#log = options.log
    this.#now = options.now
    const viewers = () => [...this.#peers.values(), ...this.#warm]
    this.#screens = new ScreenShares(options.settings.screenShares)
    this.#codec = new RoomCodec({
      wanted: options.settings.videoCodec,
      viewers: () => viewers().map(({ decodable }) => decodable),
      now: options.now,
      onChange: () => this.#notifyAll('roomChanged', { room: this.#snapshot() }),
    })
    this.#subscriptions = new Subscriptions({
      publishers: () => this.#peers.values(),
      viewers,
      settings: options.settings,
      log: options.log,
      now: options.now,
    })
    options.media.on('closed', () => this.close('workerDied'))
    options.media.on('speakers', (speakers) => this.#handleSpeakers(speakers))
  }

  /** Everyone who is here or about to be. */
  get size(): number {
    return this.#peers.size + this.#warm.size
  }

  /** Everyone who is here. */
  get peerCount(): number {
    return this.#peers.size
  }

  get closed(): boolean {
    return this.#closed
  }

  /**
   * Prepares a peer that nobody sees yet: its consumers are made and kept in line, paused.
   *
   * @throws SfuError `roomClosed`, `unsupportedMedia`, `timeout`
   */
  async warmUp(options: EntryOptions): Promise<{ peer: Peer; answer: Output<'warmUp'> }> {
    const peer = await this.#open(options)
    this.#warm.add(peer)
    this.#codec.reconcile()
    const consumers = await this.#firstConsumers(peer, options, 'later')
    const { sendTransport, recvTransport } = peer.media
    return { peer, answer: { sendTransport, recvTransport, consumers } }
  }

  /** @throws SfuError `roomClosed`, `unsupportedMedia`, `timeout` */
  async join(options: EntryOptions): Promise<{ peer: Peer; answer: Output<'join'> }> {
    const peer = await this.#open(options)
    this.#admit(peer)
    const consumers = await this.#firstConsumers(peer, options, 'onConnect')
    return { peer, answer: this.#snapshotFor(peer, consumers) }
  }

  /** A warm peer enters; the consumers that its client has applied begin at once. */
  joinWarm(peer: Peer, { viewport, applied }: { viewport: Viewport | undefined; applied: readonly ConsumerId[] }) {
    this.#warm.delete(peer)
    runInBackground(() => peer.media.resumeConsumers(applied), this.#log)
    this.#admit(peer)
    if (viewport) this.setViewport(peer, viewport)
    return this.#snapshotFor(peer, [])
  }

  leave(peer: Peer, reason: EndReason): void {
    if (this.#warm.delete(peer)) {
      peer.close()
      this.#subscriptions.viewerLeft(peer)
    } else if (this.#peers.get(peer.id) === peer) {
      this.#peers.delete(peer.id)
      peer.close()
      for (const producerId of peer.producerIds) this.#subscriptions.videoRemoved(producerId)
      this.#screens.release(peer.id)
      this.#subscriptions.viewerLeft(peer)
      this.#log.info({ peer: peer.id, reason, peers: this.#peers.size }, 'peer left')
      this.#notifyOthers(peer, 'peerLeft', { peerId: peer.id, reason })
      this.#subscriptions.reconcileAll()
    } else return
    this.#codec.reconcile()
    if (this.size === 0 && !this.#closed) this.emit('empty')
  }

  async produce(
    peer: Peer,
    options: {
      transportId: TransportId
      source: Source
      rtpParameters: RtpParameters
      paused: boolean
      frame: Size | undefined
      replaces: ProducerId | undefined
    },
  ): Promise<ProducerId> {
    const { source } = options
    if (source === 'screen') this.#screens.claim(peer.id)
    // What a third one takes the place of has been watched long enough.
    if (options.replaces !== undefined && options.replaces === peer.published.get(source)?.producerId)
      this.#closeSuperseded(peer, source)
    const producerId = await peer.media.produce(options).catch((error: unknown) => {
      if (source === 'screen' && !peer.published.has('screen')) this.#screens.release(peer.id)
      throw error
    })
    if (peer.closed) throw new SfuError('roomClosed')
    const before = peer.published.get(source)
    if (before) peer.superseded.set(source, before.producerId)
    if (kindOf(source) === 'video') {
      const layers = layerSizes(options.rtpParameters.encodings, options.frame)
      peer.layers.set(producerId, layers)
      this.#subscriptions.videoAdded(producerId, layers.length)
    }
    peer.published.set(source, { producerId, source, paused: options.paused })
    this.#handlePublishedChanged(peer)
    return producerId
  }

  async setProducerPaused(peer: Peer, producerId: ProducerId, paused: boolean): Promise<void> {
    await peer.media.setProducerPaused(producerId, paused)
    const published = peer.publishedById(producerId)
    if (peer.closed || !published || published.paused === paused) return
    peer.published.set(published.source, { ...published, paused })
    if (paused) this.#closeSuperseded(peer, published.source)
    this.#handlePublishedChanged(peer)
  }

  closeProducer(peer: Peer, producerId: ProducerId): void {
    peer.media.closeProducer(producerId)
    if (peer.published.get('screen')?.producerId === producerId) this.#screens.release(peer.id)
    peer.forgetProducer(producerId)
    this.#subscriptions.videoRemoved(producerId)
    this.#handlePublishedChanged(peer)
  }

  resumeConsumers(peer: Peer, consumerIds: readonly ConsumerId[]): Promise<void> {
    return peer.media.resumeConsumers(consumerIds)
  }

  setViewport(peer: Peer, viewport: Input<'setViewport'>): void {
    peer.viewport = viewport
    this.#subscriptions.reconcile(peer)
  }

  async setReception(peer: Peer, { mode, maxKbps, lastN }: Input<'setReception'>): Promise<void> {
    peer.receptionMode = mode
    peer.lastN = lastN
    this.#subscriptions.reconcile(peer)
    await peer.media.limitReception(maxKbps === undefined ? undefined : maxKbps * 1000)
  }

  hintVoice(peer: Peer): void {
    this.#subscriptions.hintVoice(peer.id)
  }

  /** @throws SfuError `notFound` when the addressee is not here */
  sendChat(peer: Peer, { text, to }: Input<'sendChat'>): ChatMessage {
    const addressee = to === undefined ? undefined : this.#peers.get(to)
    if (to !== undefined && !addressee) throw new SfuError('notFound')
    const message: ChatMessage = {
      id: randomUUID() as unknown as ChatMessageId,
      from: peer.id,
      name: peer.name,
      ...(to === undefined ? {} : { to }),
      text,
      sentAt: this.#now(),
    }
    if (addressee) {
      for (const member of new Set([peer, addressee])) member.session.notify('chatMessage', { message })
    } else {
      this.#chat.push(message)
      if (this.#chat.length > CHAT_HISTORY) this.#chat.shift()
      this.#notifyAll('chatMessage', { message })
    }
    return message
  }

  setHand(peer: Peer, raised: boolean): void {
    if (raised === (peer.handRaisedAt !== undefined)) return
    peer.handRaisedAt = raised ? this.#now() : undefined
    this.#notifyAll('peerChanged', { peer: peer.snapshot() })
  }

  sendReaction(peer: Peer, reaction: Reaction): void {
    this.#notifyAll('reaction', { peerId: peer.id, reaction })
  }

  close(reason: EndReason): void {
    if (this.#closed) return
    this.#closed = true
    this.#log.info({ reason, peers: this.#peers.size }, 'room closed')
    // First of all out of the roster: the end of a session would else be told to all the others.
    const members = [...this.#peers.values(), ...this.#warm]
    this.#peers.clear()
    this.#warm.clear()
    this.#subscriptions.close()
    this.#codec.close()
    for (const peer of members) {
      peer.close()
      peer.session.end(reason)
    }
    this.#media.close()
    this.emit('closed')
    this.removeAllListeners()
  }

  async #open({ peerId, name, session, rtpCapabilities, viewport }: EntryOptions): Promise<Peer> {
    if (this.#closed) throw new SfuError('roomClosed')
    const media = await this.#media.openPeer({ peerId, rtpCapabilities })
    if (this.#closed) {
      media.close()
      throw new SfuError('roomClosed')
    }
    const peer = new Peer({ id: peerId, name, rtpCapabilities, media, session })
    peer.viewport = viewport
    return peer
  }

  #admit(peer: Peer): void {
    peer.joinedAt = this.#now()
    this.#peers.set(peer.id, peer)
    this.#codec.reconcile()
    this.#log.info({ peer: peer.id, peers: this.#peers.size }, 'peer joined')
    this.#notifyOthers(peer, 'peerJoined', { peer: peer.snapshot() })
  }

  /** What a peer is sent from the start; what changes meanwhile is for reconcile, once the client is told. */
  async #firstConsumers(
    peer: Peer,
    { dtlsParameters }: EntryOptions,
    resume: 'onConnect' | 'later',
  ): Promise<ConsumerOptions[]> {
    const { media } = peer
    const connect = (id: TransportId) => dtlsParameters && media.connectTransport(id, dtlsParameters)
    try {
      const [consumers] = await Promise.all([
        this.#subscriptions.first(peer, resume),
        connect(media.sendTransport.id),
        connect(media.recvTransport.id),
      ])
      if (peer.closed) throw new SfuError('roomClosed')
      return consumers
    } catch (error) {
      this.leave(peer, 'disconnected')
      throw error
    }
  }

  #snapshotFor(peer: Peer, consumers: ConsumerOptions[]): Output<'join'> {
    return {
      peerId: peer.id,
      room: this.#snapshot(),
      peers: [...this.#peers.values()].map((member) => member.snapshot()),
      speakers: [...this.#speakers],
      sendTransport: peer.media.sendTransport,
      recvTransport: peer.media.recvTransport,
      consumers,
      chat: [...this.#chat],
    }
  }

  #snapshot(): RoomSnapshot {
    return { videoCodec: this.#codec.current }
  }

  #closeSuperseded(peer: Peer, source: Source): void {
    const producerId = peer.superseded.get(source)
    if (producerId !== undefined) this.closeProducer(peer, producerId)
  }

  #handlePublishedChanged(peer: Peer): void {
    this.#notifyOthers(peer, 'peerChanged', { peer: peer.snapshot() })
    this.#subscriptions.reconcileAll()
  }

  #handleSpeakers(speakers: readonly PeerId[]): void {
    const present = speakers.filter((peerId) => this.#peers.has(peerId))
    this.#subscriptions.heard(present)
    if (present.length === this.#speakers.length && present.every((id, at) => id === this.#speakers[at])) return
    this.#speakers = present
    this.#notifyAll('speakersChanged', { speakers: present })
  }

  #notifyOthers<N extends NotificationName>(peer: Peer, name: N, data: NotificationData<N>): void {
    for (const other of this.#peers.values()) if (other !== peer) other.session.notify(name, data)
  }

  #notifyAll<N extends NotificationName>(name: N, data: NotificationData<N>): void {
    for (const peer of this.#peers.values()) peer.session.notify(name, data)
  }
}
