import { EventEmitter } from 'node:events'
import type { Logger } from 'pino'
import type { RoomView } from '../../shared/access.ts'
import { SfuError } from '../../shared/errors.ts'
import type { ConsumerId, PeerId, RoomId, TransportId } from '../../shared/ids.ts'
import type { DtlsParameters, RtpCapabilities } from '../../shared/media.ts'
import type { EndReason } from '../../shared/notifications.ts'
import type { ConsumerOptions, Input, Output, Reception, Viewport } from '../../shared/requests.ts'
import type { RoomSettings } from '../core/roomSettings.ts'
import type { Voice } from '../core/speakers.ts'
import { runInBackground } from '../lib/background.ts'
import type { PipeOutlets, RoomMedia } from '../media/MediaPort.ts'
import type { RoomTruth } from '../store/RoomStore.ts'
import { Absences } from './Absences.ts'
import { Conversation } from './Conversation.ts'
import type { Entrance, EntryPass } from './Entrance.ts'
import { Moderation } from './Moderation.ts'
import { Neighbours } from './Neighbours.ts'
import type { RemoteChange } from './OtherNodes.ts'
import { Peer, type PeerSession } from './Peer.ts'
import { Publications } from './Publications.ts'
import { Qualities } from './Qualities.ts'
import type { RemotePeer } from './RemotePeer.ts'
import { RoomCodec } from './RoomCodec.ts'
import { Roster } from './Roster.ts'
import { ScreenShares } from './ScreenShares.ts'
import { Subscriptions } from './Subscriptions.ts'
import { Succession } from './Succession.ts'

/** What an operator decides about membership. */
export type MembershipPolicy = {
  /** What becomes of the visit of an identity that comes in once more. */
  duplicateIdentity: 'replace' | 'allow'
  /** How long the last host may be gone before there is another, milliseconds; undefined: for ever. */
  hostGraceMs: number | undefined
  /** How long a peer may be without a socket, milliseconds; 0: it leaves with its socket. */
  resumeMaxMs: number
}

type Options = {
  id: RoomId
  media: RoomMedia
  entrance: Entrance
  membership: MembershipPolicy
  settings: RoomSettings
  log: Logger
  now: () => number
}

export type EntryOptions = {
  peerId: PeerId
  name: string
  pass: EntryPass
  session: PeerSession
  rtpCapabilities: RtpCapabilities
  dtlsParameters: DtlsParameters | undefined
  viewport: Viewport | undefined
  reception: Reception | undefined
}

/** Who opens a room hears within it of whoever does so on another node, milliseconds. */
const OPENING_MS = 5000

/**
 * The part of a conference that lives on this node: its members, what they publish, and who is sent what. It makes no
 * decision about media itself: `core/subscriptions.ts` plans, PeerMedia carries out. Dies when its media dies or the
 * registry closes it.
 */
export class Room extends EventEmitter<{ occupied: []; empty: []; closed: [] }> {
  readonly id: RoomId
  readonly moderation: Moderation
  readonly publications: Publications
  readonly conversation: Conversation
  readonly absences: Absences
  readonly roster: Roster
  readonly #entrance: Entrance
  readonly #membership: MembershipPolicy
  readonly #succession: Succession
  readonly #media: RoomMedia
  readonly #log: Logger
  readonly #now: () => number
  readonly #neighbours: Neighbours
  readonly #subscriptions: Subscriptions
  readonly #qualities: Qualities
  readonly #allVoicesUpTo: number
  readonly #codec: RoomCodec
  #speakers: readonly PeerId[] = []
  /** Who has become host by being the first, and when. */
  #opener: { peer: Peer; at: number } | undefined
  #stopsAt: number | undefined
  #closed = false

  constructor(options: Options) {
    super()
    this.id = options.id
    this.#media = options.media
    this.#log = options.log
    this.#now = options.now
    this.#entrance = options.entrance
    const { others, link, memory } = options.entrance
    this.roster = new Roster(others)
    const viewers = () => this.roster.visits
    this.#codec = new RoomCodec({
      wanted: options.settings.videoCodec,
      viewers: () => [...viewers(), ...others.peers].map(({ decodable }) => decodable),
      now: options.now,
      onChange: () => this.roster.notifyAll('roomChanged', { room: this.view() }),
    })
    this.#subscriptions = new Subscriptions({
      publishers: () => this.roster.members,
      producersOf: (member) => this.roster.producersOf(member),
      viewers,
      tellNode: (producerId, layer) => link.setState('demand', producerId, layer < 0 ? undefined : layer),
      settings: options.settings,
      log: options.log,
      now: options.now,
    })
    this.publications = new Publications({
      subscriptions: this.#subscriptions,
      screens: new ScreenShares(options.settings.screenShares, () =>
        [...others.peers].some((peer) => peer.sharesScreen),
      ),
      isHere: (peer) => this.roster.has(peer),
      onChanged: (peer) => this.#handlePublished(peer),
    })
    this.conversation = new Conversation({ room: this, entrance: options.entrance, now: options.now })
    this.#membership = options.membership
    this.moderation = new Moderation({ room: this, entrance: options.entrance, now: options.now })
    this.#succession = new Succession({
      graceMs: options.membership.hostGraceMs,
      peers: () => this.roster.members,
      hosted: () => memory.truth.hosted,
      setRole: (peer, role) => this.moderation.setRole(peer, role),
    })
    this.absences = new Absences({
      resumeMaxMs: options.membership.resumeMaxMs,
      onChanged: (peer) => this.showPeer(peer),
      onGone: (peer) => this.expel(peer, 'disconnected'),
    })
    this.#neighbours = new Neighbours({
      entrance: options.entrance,
      roster: this.roster,
      duplicateIdentity: options.membership.duplicateIdentity,
      onPeer: (change) => this.#handleRemotePeer(change),
      onMoved: (peer) => this.#handleMoved(peer),
      onOverstayed: (peer) => this.expel(peer, 'replaced', true),
      onReplaced: (peer) => this.expel(peer, 'replaced'),
      onVoices: (voices) => this.#handleVoices(voices),
      onHint: (peerId) => this.#subscriptions.hintVoice(peerId),
      onReaction: (reaction) => this.roster.notifyAll('reaction', reaction),
      onExpel: (identity, reason) => this.moderation.expelHere(identity, reason),
      onCallEnded: () => this.close('callEnded'),
      onMember: (identity, patch) => runInBackground(() => this.moderation.handleMember(identity, patch), options.log),
      onLobby: () => this.#handleLobbyChanged(),
      onDemand: (node, producerId, layer) => this.#subscriptions.setNodeDemand(node, producerId, layer),
      onNodeGone: (node) => options.media.handleNodeGone(node),
      onTruth: (before) => this.#handleTruth(before),
      onMessage: (message) => this.roster.notifyAll('chatMessage', { message }),
      onMessageRemoved: (messageId) => this.roster.notifyAll('chatMessageDeleted', { messageId }),
    })
    for (const peer of others.peers) this.#subscriptions.remoteChanged(undefined, peer)
    this.#allVoicesUpTo = options.settings.voiceLimits.allUpTo
    this.#qualities = new Qualities({
      peers: () => this.roster.here.values(),
      onUplinkChanged: (peer) => this.showPeer(peer),
    })
    options.media.on('closed', () => this.close('workerDied'))
    options.media.on('peersLost', (peerIds) => this.#handleLost(new Set(peerIds)))
    options.media.on('consumersLost', (peerId, consumerIds) => this.#handleConsumersLost(peerId, consumerIds))
    options.media.on('voices', (voices) => this.#neighbours.setVoices(voices))
  }

  get closed(): boolean {
    return this.#closed
  }

  /** What other nodes ask for of its media. */
  get outlets(): PipeOutlets {
    return this.#media.outlets
  }

  /** A member who comes back over another socket. @throws SfuError `gone`; as {@link Entrance.check} */
  returning(peerId: PeerId, pass: EntryPass): Peer {
    const peer = this.roster.here.get(peerId)
    if (!peer) throw new SfuError('gone')
    // Being there already, it takes nobody's place.
    this.#entrance.check(pass, 0)
    return peer
  }

  /**
   * Prepares a peer that nobody sees yet: its consumers are made and kept in line, paused.
   *
   * @throws SfuError `roomClosed`, `unsupportedMedia`, `timeout`; as {@link Entrance.check}; `conflict` where the same
   * peer is here already
   */
  async warmUp(options: EntryOptions): Promise<{ peer: Peer; answer: Output<'warmUp'> }> {
    const peer = await this.#open(options)
    if (this.roster.visits.some(({ id }) => id === peer.id)) {
      peer.close()
      throw new SfuError('conflict')
    }
    this.roster.warm.add(peer)
    this.#codec.reconcile()
    const consumers = await this.#firstConsumers(peer, options, 'later')
    const { sendTransport, recvTransport } = peer.media
    return { peer, answer: { sendTransport, recvTransport, consumers } }
  }

  /** @throws SfuError `roomClosed`, `unsupportedMedia`, `timeout`; as {@link Entrance.check} */
  async join(options: EntryOptions): Promise<{ peer: Peer; answer: JoinAnswer }> {
    const peer = await this.#open(options)
    try {
      this.#admit(peer)
    } catch (error) {
      peer.close()
      throw error
    }
    const consumers = await this.#firstConsumers(peer, options, 'onConnect')
    return { peer, answer: this.#answerFor(peer, consumers) }
  }

  /**
   * A warm peer enters; the consumers that its client has applied begin at once.
   *
   * @throws SfuError as {@link Entrance.check}; it is still warm then
   */
  joinWarm(peer: Peer, { viewport, reception, applied = [] }: Partial<Input<'join'>>) {
    this.#admit(peer)
    this.roster.warm.delete(peer)
    runInBackground(() => peer.media.resumeConsumers(applied), this.#log)
    if (viewport) this.setViewport(peer, viewport)
    if (reception) runInBackground(() => this.setReception(peer, reception), this.#log)
    return this.#answerFor(peer, [])
  }

  leave(peer: Peer, reason: EndReason): void {
    if (this.roster.warm.delete(peer)) {
      peer.close()
      this.#subscriptions.viewerLeft(peer)
    } else if (this.roster.moving.delete(peer)) {
      this.#neighbours.handleMoveOver(peer)
      peer.close()
      this.#subscriptions.viewerLeft(peer)
      this.#subscriptions.reconcileAll()
      const remote = this.roster.remotePeer(peer.id)
      if (remote) this.roster.notifyAll('peerChanged', { peer: this.roster.snapshotOf(remote) })
    } else if (this.roster.has(peer)) {
      this.absences.forget(peer)
      this.roster.here.delete(peer.id)
      this.#neighbours.withdraw(peer)
      peer.close()
      this.publications.handleLeft(peer)
      this.#subscriptions.viewerLeft(peer)
      this.#log.info({ peer: peer.id, reason, peers: this.roster.here.size }, 'peer left')
      if (!peer.hidden) this.roster.notifyOthers(peer, 'peerLeft', { peerId: peer.id, reason })
      this.#subscriptions.reconcileAll()
      this.#succession.review()
    } else return
    this.#codec.reconcile()
    if (this.roster.size === 0 && !this.#closed) this.emit('empty')
  }

  /** What holds for everyone here. */
  view(): RoomView {
    return { ...this.#entrance.memory.view(), videoCodec: this.#codec.current }
  }

  /** Ends somebody's visit for them. @param movesOn they go on elsewhere */
  expel(peer: Peer, reason: EndReason, movesOn = false): void {
    this.leave(peer, reason)
    peer.session.end(reason, movesOn)
  }

  resumeConsumers(peer: Peer, consumerIds: readonly ConsumerId[]): Promise<void> {
    return peer.media.resumeConsumers(consumerIds)
  }

  setViewport(peer: Peer, viewport: Input<'setViewport'>): void {
    peer.viewport = viewport
    this.#subscriptions.reconcile(peer)
  }

  async setReception(peer: Peer, reception: Reception): Promise<void> {
    const { maxKbps } = peer.reception
    peer.reception = reception
    this.#subscriptions.reconcile(peer)
    if (reception.maxKbps !== maxKbps) await peer.media.limitReception(mostBitrate(reception))
  }

  hintVoice(peer: Peer): void {
    // Who is muted has nothing to say; the place is somebody else's.
    if (peer.published.get('mic')?.paused !== false) return
    this.#subscriptions.hintVoice(peer.id)
    this.#neighbours.hint(peer.id)
  }

  /** Something about a peer is different, for itself too. */
  handlePeerChanged(peer: Peer): void {
    peer.session.notify('selfChanged', { self: peer.selfView() })
    this.showPeer(peer)
    this.#succession.review()
  }

  /** Something about a peer looks different to others. */
  showPeer(peer: Peer): void {
    if (!this.roster.has(peer)) return
    this.#neighbours.share(peer)
    if (!peer.hidden) peer.session.notify('peerChanged', { peer: peer.snapshot() })
    this.#showToOthers(peer)
  }

  /** Tells everyone who is here, and whoever comes in from now on, that the server stops. */
  announceStop(stopsAt: number): void {
    this.#stopsAt = stopsAt
    for (const peer of this.roster.here.values()) this.#tellStop(peer)
  }

  #tellStop({ session }: Peer): void {
    if (this.#stopsAt === undefined) return
    session.notify('serverStopping', { inMs: Math.max(0, Math.round(this.#stopsAt - this.#now())) })
  }

  close(reason: EndReason): void {
    if (this.#closed) return
    this.#closed = true
    this.#succession.close()
    this.absences.close()
    this.#neighbours.close()
    this.#log.info({ reason, peers: this.roster.here.size }, 'room closed')
    // First of all out of the roster: the end of a session would else be told to all the others.
    const members = this.roster.clear()
    this.#subscriptions.close()
    this.#qualities.close()
    this.#codec.close()
    for (const peer of members) {
      peer.close()
      peer.session.end(reason)
    }
    this.#media.close()
    this.emit('closed')
    this.removeAllListeners()
  }

  async #open({ peerId, name, pass, session, rtpCapabilities, viewport, reception }: EntryOptions): Promise<Peer> {
    if (this.#closed) throw new SfuError('roomClosed')
    this.#checkEntry(peerId, pass)
    const media = await this.#media.openPeer({ peerId, rtpCapabilities })
    if (this.#closed) {
      media.close()
      throw new SfuError('roomClosed')
    }
    const { memory } = this.#entrance
    const role = this.#entrance.roleOf(pass)
    const rules = () => memory.rules
    const peer = new Peer({ id: peerId, name, pass, role, rules, rtpCapabilities, media, session })
    peer.viewport = viewport
    if (reception) {
      peer.reception = reception
      // The worker takes it before whatever is consumed.
      if (reception.maxKbps) runInBackground(() => media.limitReception(mostBitrate(reception)), this.#log)
    }
    return peer
  }

  #checkEntry(peerId: PeerId, pass: EntryPass): void {
    this.#entrance.check(pass, this.roster.members.filter(({ id }) => id !== peerId).length)
  }

  #admit(peer: Peer): void {
    // Once more: somebody may have closed the door while the media was made.
    this.#checkEntry(peer.id, peer.pass)
    this.#replaceOlder(peer)
    const { memory, others } = this.#entrance
    const isFirst = this.roster.members.every(({ hidden }) => hidden)
    const { ownerless } = memory.truth
    peer.role = this.#entrance.settle(peer.pass, isFirst)
    if (ownerless && peer.role === 'host' && peer.pass.role === undefined)
      this.#opener = { peer, at: performance.now() }
    const older = [...others.peers].filter(({ id, identity }) => id === peer.id || identity === peer.identity)
    peer.visitedAt = Math.max(this.#now(), ...older.map(({ visitedAt }) => visitedAt + 1))
    // Who only moves keeps their place.
    const before = others.peer(peer.id)?.snapshot()
    peer.joinedAt = before?.joinedAt ?? this.#now()
    peer.handRaisedAt = before?.handRaisedAt
    const isMutedOnEntry = memory.rules.muteOnEntry && !peer.rights.actions.has('mutePeers')
    // Who comes back is muted as they were, whatever holds for newcomers by now.
    const { forcedMute = peer.pass.forcedMute ?? (isMutedOnEntry ? (['mic'] as const) : []) } = memory.member(
      peer.identity,
    )
    for (const source of forcedMute) peer.forcedMute.add(source)
    this.roster.here.set(peer.id, peer)
    if (this.roster.here.size === 1) this.emit('occupied')
    this.#codec.reconcile()
    this.#log.info({ peer: peer.id, peers: this.roster.here.size }, 'peer joined')
    this.#neighbours.share(peer)
    const moved = before !== undefined
    if (!peer.hidden)
      this.roster.notifyOthers(peer, moved ? 'peerChanged' : 'peerJoined', { peer: this.roster.snapshotOf(peer) })
    this.#tellStop(peer)
    this.#succession.review()
  }

  /** The visit that a ticket continues, and, as the operator wishes, others of the same identity. */
  #replaceOlder({ id, identity }: Peer): void {
    const all = this.#membership.duplicateIdentity === 'replace'
    for (const other of [...this.roster.here.values()])
      if (other.id === id || (all && other.identity === identity)) this.expel(other, 'replaced')
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

  #answerFor(peer: Peer, consumers: ConsumerOptions[]): JoinAnswer {
    const { sendTransport, recvTransport } = peer.media
    return { ...this.snapshotFor(peer, consumers), sendTransport, recvTransport }
  }

  /** All that a peer knows of the room. */
  snapshotFor(peer: Peer, consumers: readonly ConsumerOptions[]): RoomSnapshot {
    const { memory } = this.#entrance
    const visible = this.roster.members.filter((member) => member === peer || !member.hidden)
    return {
      peerId: peer.id,
      room: this.view(),
      peers: visible.map((member) => (member === peer ? peer.snapshot() : this.roster.snapshotOf(member))),
      speakers: [...this.#speakers],
      consumers: [...consumers],
      chat: [...memory.chat],
      self: peer.selfView(),
      lobby: peer.rights.actions.has('admitPeers') ? this.#entrance.waiting() : [],
      worker: peer.media.worker,
      allVoicesUpTo: this.#allVoicesUpTo,
    }
  }

  /** Somebody is back: when the server stops is told anew, and after a snapshot what that does not hold. */
  handleReturned(peer: Peer, bySnapshot: boolean): void {
    this.#tellStop(peer)
    if (!bySnapshot) return
    this.#subscriptions.repeatDemands(peer)
    this.#qualities.repeatLayers(peer)
  }

  #handleLobbyChanged(): void {
    const lobby = this.#entrance.waiting()
    for (const peer of this.roster.here.values())
      if (peer.rights.actions.has('admitPeers')) peer.session.notify('lobbyChanged', { lobby })
  }

  #handleTruth(before: RoomTruth): void {
    this.roster.notifyAll('roomChanged', { room: this.view() })
    if (before.rules.chat === this.#entrance.memory.rules.chat) return
    for (const peer of this.roster.here.values()) peer.session.notify('selfChanged', { self: peer.selfView() })
  }

  #handlePublished(peer: Peer): void {
    if (!this.roster.has(peer)) return
    this.#neighbours.share(peer)
    this.#showToOthers(peer)
  }

  #showToOthers(peer: Peer): void {
    if (!peer.hidden) this.roster.notifyOthers(peer, 'peerChanged', { peer: this.roster.snapshotOf(peer) })
  }

  /** Somebody on another node came, is different, or is gone; perhaps they have moved there from here. */
  #handleRemotePeer({ before, now }: RemoteChange): void {
    this.#subscriptions.remoteChanged(before, now)
    if (!before && now?.role === 'host') this.#yieldTo(now)
    const { id, hidden } = (now ?? before) as RemotePeer
    const local = this.roster.here.get(id)
    if (!local && !now) this.#subscriptions.remoteLeft(id)
    // What it still sends from there may be different.
    if (local) this.#showToOthers(local)
    else if (!hidden) this.#tellRemote(id, before !== undefined, now)
    this.#subscriptions.reconcileAll()
    this.#codec.reconcile()
    this.#succession.review()
  }

  /** Two have opened the room at once, each on their own node: the first of them is its host, and both nodes find who. */
  #yieldTo(remote: RemotePeer): void {
    if (!this.#opener || performance.now() - this.#opener.at > OPENING_MS) return
    const { peer } = this.#opener
    if (!this.roster.has(peer) || peer.identity === remote.identity) return
    const isEarlier = remote.joinedAt < peer.joinedAt || (remote.joinedAt === peer.joinedAt && remote.id < peer.id)
    if (!isEarlier) return
    this.#opener = undefined
    this.moderation.setRole(peer, 'speaker')
  }

  #tellRemote(peerId: PeerId, known: boolean, now: RemotePeer | undefined): void {
    if (now) this.roster.notifyAll(known ? 'peerChanged' : 'peerJoined', { peer: this.roster.snapshotOf(now) })
    else this.roster.notifyAll('peerLeft', { peerId, reason: 'left' })
  }

  /** Somebody goes on on another node; here they only receive, until they have let go. */
  #handleMoved(peer: Peer): void {
    this.absences.forget(peer)
    this.publications.handleLeft(peer)
    this.#log.info({ peer: peer.id, peers: this.roster.here.size }, 'peer moved')
  }

  /** What somebody was sent has stopped on its way from another node, and is made anew. */
  #handleConsumersLost(peerId: PeerId, consumerIds: ConsumerId[]): void {
    for (const peer of this.roster.visits) {
      if (peer.id !== peerId) continue
      peer.session.notify('consumersRemoved', { consumerIds })
      this.#subscriptions.reconcile(peer)
    }
  }

  #handleLost(peerIds: ReadonlySet<PeerId>): void {
    for (const peer of this.roster.visits) if (peerIds.has(peer.id)) this.expel(peer, 'workerDied')
  }

  /** On all nodes, the loudest first. */
  #handleVoices(voices: readonly Voice[]): void {
    const here = new Set(this.roster.members.map(({ id }) => id))
    const present = voices.map(({ peerId }) => peerId).filter((peerId) => here.has(peerId))
    this.#subscriptions.heard(present)
    if (present.length === this.#speakers.length && present.every((id, at) => id === this.#speakers[at])) return
    this.#speakers = present
    this.roster.notifyAll('speakersChanged', { speakers: present })
  }
}

/** All of the join's answer that the room knows. */
type JoinAnswer = Omit<Output<'join'>, 'ticket'>
type RoomSnapshot = NonNullable<Output<'resume'>['snapshot']>

const mostBitrate = ({ maxKbps }: Reception): number | undefined => (maxKbps === undefined ? undefined : maxKbps * 1000)
