import type { ChatMessage, Reaction } from '../../shared/chat.ts'
import { SfuError } from '../../shared/errors.ts'
import type { PeerId, ProducerId, RoomId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { Output, Reception, Tile } from '../../shared/requests.ts'
import { Call, type Outcome } from './Call.ts'
import { Conversation } from './Conversation.ts'
import { endPatch, IDLE, roomPatch } from './clientState.ts'
import { collectStats, noStats } from './collectStats.ts'
import { runInBackground } from './concurrency.ts'
import type { ScreenHint } from './encodings.ts'
import { toClientError, toFailure } from './failures.ts'
import type { Resumed } from './Line.ts'
import { Moderation } from './Moderation.ts'
import { Preparation } from './Preparation.ts'
import { Publisher } from './Publisher.ts'
import type { EffectName } from './processors/types.ts'
import { ReceptionChoice } from './ReceptionChoice.ts'
import type { EndCause } from './reconnectPolicy.ts'
import * as rooms from './roomState.ts'
import type { Notification } from './SignalingClient.ts'
import { StateStore } from './StateStore.ts'
import { type Remembered, TicketStore, visitorOf } from './TicketStore.ts'
import type { CallStats, ClientState, ConferenceClientOptions, JoinOptions, Log, PeerView } from './types.ts'
import { ViewportReporter } from './ViewportReporter.ts'
import { VoiceHints } from './VoiceHints.ts'

/**
 * A call, as a page or a program sees it: join, publish, mute, leave, and an immutable state that says how it is. It
 * comes back by itself after a broken connection, with the same tracks, muted as they were.
 *
 * Tracks belong to the caller: none is ever stopped here. When a published track ends by itself (the microphone was
 * unplugged, the person stopped sharing in the browser's own bar), a screen is unpublished, a microphone or camera
 * muted until `replaceTrack` brings another.
 */
export class ConferenceClient {
  /** What may be done to others and to the room. */
  readonly moderation: Moderation
  readonly #options: ConferenceClientOptions
  readonly #log: Log
  readonly #store: StateStore<ClientState>
  readonly #publisher: Publisher
  readonly #conversation: Conversation
  readonly #preparation: Preparation
  readonly #hints: VoiceHints
  readonly #viewport = new ViewportReporter()
  readonly #tickets = new TicketStore()
  readonly #reception = new ReceptionChoice()
  #room: rooms.RoomState = rooms.EMPTY_ROOM
  /** Joined, or on the way. */
  #call: Call | undefined
  /** A visit that cannot go on gives another id; messages that were sent before carry the old one. */
  readonly #ownIds = new Set<PeerId>()

  constructor(options: ConferenceClientOptions = {}) {
    this.#options = options
    const log = options.log ?? (() => {})
    this.#log = log
    this.#store = new StateStore(IDLE, log)
    this.#publisher = new Publisher({ session: () => this.#call?.session, onChanged: () => this.#showPublished(), log })
    const session = () => (this.#call?.session?.joined ? this.#call.session : undefined)
    this.moderation = new Moderation(session)
    this.#conversation = new Conversation({
      session,
      onSent: (message) => this.#setRoom(rooms.addChat(this.#room, message)),
      onHandDown: () => this.#setRoom(rooms.setOwnHand(this.#room, undefined)),
      log,
    })
    this.#preparation = new Preparation({
      createCall: (wanted) => this.#createCall(wanted),
      onMediaPath: (mediaPath) => this.#store.update({ mediaPath }),
      onLobbyAhead: (lobbyAhead) => this.#store.update({ lobbyAhead }),
      log,
    })
    const hints = new VoiceHints(() => void this.#call?.session?.request('hintVoice', {}).catch(() => {}))
    this.#hints = hints
    this.#store.subscribe((state) => hints.follow(state))
  }

  /** An immutable snapshot; each change makes a new one. */
  get state(): ClientState {
    return this.#store.state
  }

  /** The others, in the order in which they joined. */
  get peers(): readonly PeerView[] {
    return this.state.peers
  }

  /**
   * @param listener called after changes, at most once for each microtask
   * @returns ends the subscription
   */
  subscribe(listener: (state: ClientState) => void): () => void {
    return this.#store.subscribe(listener)
  }

  /**
   * Does ahead of `join` all that can be done: finds the room's server, opens the socket, builds the connections and
   * applies what will be received, paused. Nobody in the room sees it. Not needed, but a join with the same options is
   * faster afterwards: half a round trip to the first picture.
   *
   * To be called as soon as room and name are known, and again whenever they change (typing is waited for). It holds
   * for two minutes while the page is in sight, and is done again when the person comes back to it, until `join` or
   * `leave`. Resolves when it is done or something else is wanted; what fails is made good by the join. Whether media
   * gets through is told by `state.mediaPath`, whether one will have to be let in by `state.lobbyAhead`.
   * @param options `anew`: do it once more from the beginning, to see whether it works by now
   * @throws SfuError | ConnectionError as `join`, if the server cannot be reached or refuses
   */
  async prepare({ anew = false, ...options }: JoinOptions & { readonly anew?: boolean }): Promise<void> {
    if (this.#call) throw new SfuError('conflict', 'already in a call')
    await this.#preparation.prepare(inLowerCase(options), anew)
  }

  /** What this tab knows of an earlier visit to a room, which a join with the same name and credentials continues. */
  remembered(roomId: string): Pick<Remembered, 'name' | 'muted'> | undefined {
    const remembered = this.#tickets.get(roomId)
    return remembered && { name: remembered.name, muted: remembered.muted }
  }

  /**
   * Enters a room; what was published before is published with it. Resolves when the others are received and the own
   * tracks are sent (a track that is refused is dropped and keeps nobody out). From then on a broken connection is made
   * anew by itself: see `state.connection`. Where somebody has to open first, it waits: see `state.access.inLobby`.
   *
   * A visit that this tab remembers goes on, as the same peer with the same role, for as long as the server allows:
   * after a reload, and after `leave`, if the options are the same.
   * @throws SfuError what the server refused: `noEntry` (not possible, or a password is needed), `roomLocked`,
   *   `roomFull`, `banned`, `notAdmitted`, `unauthorized`, `protocolMismatch` …; `unsupportedMedia` if this browser cannot
   *   take part; `roomClosed` if `leave` was called meanwhile; `conflict` if already in a call
   * @throws ConnectionError (code `unreachable`) if the server cannot be reached
   */
  async join(wanted: JoinOptions): Promise<void> {
    if (this.#call) throw new SfuError('conflict', 'already in a call')
    const options = inLowerCase(wanted)
    const call = this.#preparation.take(options) ?? this.#createCall(options)
    this.#call = call
    this.#ownIds.clear()
    this.#store.update({
      ...IDLE,
      reception: this.#reception.chosen,
      connection: 'connecting',
      roomId: options.roomId as RoomId,
    })
    try {
      await call.join({
        onJoined: (snapshot) => this.#handleJoined(options.name, snapshot),
        onNotification: (notification) => this.#handleNotification(notification),
        onTrack: (producerId, track) => this.#setRoom(rooms.setTrack(this.#room, producerId, track)),
        onPublishedChanged: () => this.#showPublished(),
        onLobby: (inLobby) => this.#setRoom(rooms.setInLobby(this.#room, inLobby)),
        onMediaDown: (mediaDownSince) => this.#store.update({ mediaDownSince }),
        onMediaPath: (mediaPath) => this.#store.update({ mediaPath }),
        onMoved: (snapshot) => this.#handleMoved(snapshot),
        onAway: () => this.#handleAway(),
        onResumed: (answer) => this.#handleResumed(answer),
        onLost: (cause) => this.#handleLost(cause),
        onOver: (outcome) => this.#handleOver(outcome),
        onPageHide: () => this.#handlePageHide(),
      })
    } catch (error) {
      if (this.#call !== call) throw new SfuError('roomClosed', 'left meanwhile', { cause: error })
      this.#end({ failure: toFailure(error), endReason: undefined })?.close()
      throw toClientError(error)
    }
  }

  /** Ends the call, and forgets what was published. Idempotent, never rejects. */
  async leave(): Promise<void> {
    this.#remember()
    this.#publisher.clear()
    await this.#end(LEFT)?.leave()
  }

  /**
   * Sends a track. Before the join, and while the connection is made anew, it is kept for the (next) join and this
   * resolves at once. A source that is published already gets the new track.
   * @throws SfuError what the server or the browser refused; it is not published then
   */
  async publish(source: Source, track: MediaStreamTrack, options: { paused?: boolean } = {}): Promise<void> {
    const isForced = this.state.access.forcedMute.includes(source)
    await this.#publisher.publish(source, track, isForced || (options.paused ?? false))
  }

  /** Stops sending; the track goes on, it is the caller's. */
  async unpublish(source: Source): Promise<void> {
    await this.#publisher.unpublish(source)
  }

  /**
   * Mutes or unmutes. Muting holds here at once, whatever the server says.
   * @throws SfuError `notFound` if nothing is published; what the server refused, such as `notAllowed` where others
   *   have muted it: it stays muted then
   */
  async setPaused(source: Source, paused: boolean): Promise<void> {
    await this.#publisher.setPaused(source, paused)
  }

  /**
   * Sends another track in its place, muted as the one before; nothing is negotiated.
   * @throws SfuError `notFound` if nothing is published; `unsupportedMedia` if the browser cannot
   */
  async replaceTrack(source: Source, track: MediaStreamTrack): Promise<void> {
    await this.#publisher.replaceTrack(source, track)
  }

  /**
   * Puts an effect on the published camera, and on those that take its place; `undefined` takes it off. It stays chosen
   * after the call. What is sent and `state.self` then have a track that is made of the camera's; the camera itself is
   * never sent while an effect is being put on.
   * An effect that breaks mutes the camera; unmuted it is sent plain.
   * @throws SfuError `unsupportedMedia` if it cannot be put on: the camera is muted then, too
   */
  async setVideoEffect(effect: EffectName | undefined): Promise<void> {
    await this.#publisher.setEffect(effect)
  }

  /**
   * Chooses what matters more on a shared screen, now and from now on: that small print stays sharp (`detail`, as at
   * first), or that a film stays fluid (`motion`).
   * @throws SfuError what the server or the browser refused
   */
  async setScreenHint(hint: ScreenHint): Promise<void> {
    await this.#publisher.setScreenHint(hint)
  }

  /**
   * Says something to everyone, or to one person alone. It is not sent again by itself if it fails.
   * @param text 1 to 2,000 characters, something visible among them
   * @throws SfuError `invalidInput`; `notFound` if the addressee has left; `notReady` while there is no connection
   * @throws ConnectionError if it is lost before the answer: the message may have arrived
   */
  sendChat(text: string, to?: PeerId): Promise<ChatMessage> {
    return this.#conversation.send(text, to)
  }

  /**
   * Raises or lowers one's own hand; `state.self.handRaisedAt` follows. It is raised again after a reconnect, at the
   * end of the row.
   * @throws SfuError `notReady` before the join
   */
  setHand(raised: boolean): Promise<void> {
    return this.#conversation.setHand(raised)
  }

  /**
   * Shows a sign to everyone for a moment, oneself included.
   * @throws SfuError `notReady` while there is no connection
   */
  sendReaction(reaction: Reaction): Promise<void> {
    return this.#conversation.react(reaction)
  }

  /**
   * @param listener called for each sign of anyone, oneself included
   * @returns ends the subscription
   */
  onReaction(listener: (peerId: PeerId, reaction: Reaction) => void): () => void {
    return this.#conversation.onReaction(listener)
  }

  /**
   * @param listener called for each message that is new, one's own included, also for those that were missed during a
   *   reconnect; not for what was said before the join
   * @returns ends the subscription
   */
  onChat(listener: (message: ChatMessage) => void): () => void {
    return this.#conversation.onChat(listener)
  }

  /** Whether this is, or was before a reconnect of this call, one's own id: of the sender of a message, say. */
  isSelf(peerId: PeerId): boolean {
    return this.#ownIds.has(peerId)
  }

  /**
   * Says what is on screen, all of it: only that is received. May be called as often as the layout changes; it is sent
   * at most five times a second and only if something is different. Sizes in device pixels.
   */
  setViewport(tiles: readonly Tile[]): void {
    this.#viewport.report(tiles)
  }

  /**
   * Chooses whether pictures, or anything at all, are received, and how much; what is sent goes on. At any time, also
   * before the join; it holds over reconnects and for the next calls. Resolves when the server has it.
   * @param reception mode `all`, `audioOnly` or `nothing`; `maxKbps`: most that the server sends, kbit/s, 50 to 100,000;
   * `lastN`: most cameras, 0 to 100, those who are pinned or spoke last first
   * @throws SfuError | ConnectionError what the server refused, or that it did not answer
   */
  async setReception(reception: Reception): Promise<void> {
    this.#store.update({ reception })
    await this.#reception.choose(reception)
  }

  /** Totals since each track began; empty while there is no session. */
  async getStats(): Promise<CallStats> {
    const session = this.#call?.session
    const { selfId } = this.#room
    return session && selfId ? await collectStats(session, selfId) : noStats()
  }

  #createCall(options: JoinOptions): Call {
    const { url = globalThis.location?.origin, handlerFactory } = this.#options
    if (url === undefined) throw new SfuError('invalidInput', 'outside of a page the url of the server is needed')
    const { tracks } = this.#publisher
    const choices = { viewport: this.#viewport, reception: this.#reception, tickets: this.#tickets }
    return new Call({ ...options, ...choices, url, handlerFactory, tracks, log: this.#log })
  }

  #handleJoined(ownName: string, snapshot: Output<'join'>): void {
    const { peerId: id, peers } = snapshot
    const { name = ownName, joinedAt = Date.now() } = peers.find((peer) => peer.id === id) ?? {}
    this.#ownIds.add(id)
    this.#hints.begin(snapshot.allVoicesUpTo)
    const published = this.#publisher.tracks.published(this.state.self?.published ?? {})
    const self = { id, name, joinedAt, published }
    this.#store.update({ connection: 'connected', awaySince: undefined, endReason: undefined, self })
    this.#setRoom(rooms.applySnapshot(this.#room, snapshot))
    this.#remember(snapshot.ticket)
    this.#muteForced(snapshot.self.forcedMute)
    this.#conversation.handleJoined()
  }

  /** The same call by way of another node; what is not received from there yet is still shown. */
  #handleMoved(snapshot: Output<'join'>): void {
    const well = { connection: 'connected', awaySince: undefined, endReason: undefined } as const
    this.#store.update({ ...well, serverStopsAt: undefined })
    this.#hints.begin(snapshot.allVoicesUpTo)
    this.#setRoom(rooms.catchUp(this.#room, { snapshot }))
    this.#remember(snapshot.ticket)
    this.#muteForced(snapshot.self.forcedMute)
    this.#conversation.handleResumed(this.#room.ownHandRaisedAt !== undefined)
    this.#publisher.syncAll()
  }

  #handleNotification({ name, data }: Notification): void {
    this.#setRoom(rooms.applyNotification(this.#room, name, data))
    if (name === 'reaction') this.#conversation.showReaction(data.peerId, data.reaction)
    else if (name === 'ticketChanged') this.#remember(data.ticket)
    else if (name === 'selfChanged') this.#muteForced(data.self.forcedMute)
    else if (name === 'serverStopping') this.#store.update({ serverStopsAt: performance.now() + data.inMs })
    else if (name === 'ownProducersClosed') this.#dropClosed(data.producerIds)
  }

  /** @param ticket absent: as before, what is muted may have changed */
  #remember(ticket = this.#tickets.get(this.state.roomId ?? '')?.ticket): void {
    const { self } = this.state
    const options = this.#call?.options
    if (options === undefined || self === undefined || ticket === undefined) return
    const { tracks } = this.#publisher
    const muted = DEVICES.filter((source) => tracks.get(source)?.paused !== false)
    this.#tickets.set(options.roomId, { ticket, visitor: visitorOf(options), name: self.name, muted })
  }

  /** What others have muted is muted here as well: nothing of it leaves this device. */
  #muteForced(sources: readonly Source[]): void {
    for (const source of sources) {
      if (this.#publisher.tracks.get(source)?.paused !== false) continue
      runInBackground(this.#publisher.setPaused(source, true), 'muting what others have muted', this.#log)
    }
  }

  #dropClosed(producerIds: readonly ProducerId[]): void {
    const { tracks } = this.#publisher
    for (const source of tracks.sources) {
      const producerId = tracks.get(source)?.producerId
      if (producerId === undefined || !producerIds.includes(producerId)) continue
      runInBackground(this.#publisher.unpublish(source), 'dropping what others have ended', this.#log)
    }
  }

  /** Media goes on, and stays on screen. */
  #handleAway(): void {
    const awaySince = this.state.awaySince ?? performance.now()
    this.#store.update({ connection: 'reconnecting', awaySince, endReason: 'disconnected' })
  }

  #handleResumed({ missed, snapshot, producers, ticket }: Resumed): void {
    this.#store.update({ connection: 'connected', awaySince: undefined, endReason: undefined })
    this.#setRoom(rooms.catchUp(this.#room, { missed, snapshot }))
    this.#remember(ticket)
    this.#muteForced(this.state.access.forcedMute)
    const present = new Set(producers.map(({ producerId }) => producerId))
    const sent = this.#call?.session?.sender?.producers ?? []
    this.#dropClosed(sent.map(({ producer }) => producer.id as ProducerId).filter((id) => !present.has(id)))
    this.#conversation.handleResumed(this.#room.ownHandRaisedAt !== undefined)
    this.#publisher.syncAll()
  }

  #handleLost(cause: EndCause): void {
    this.#setRoom(rooms.dropMedia(this.#room))
    const endReason = cause.type === 'sessionEnded' ? cause.reason : 'disconnected'
    const without = { awaySince: undefined, mediaDownSince: undefined, mediaPath: undefined, serverStopsAt: undefined }
    this.#store.update({ connection: 'reconnecting', endReason, ...without })
  }

  #handleOver(outcome: Outcome): void {
    this.#publisher.clear()
    const call = this.#end(outcome)
    if (call && VOID_AFTER.has(outcome.endReason)) this.#tickets.delete(call.options.roomId)
    call?.close()
  }

  #handlePageHide(): void {
    this.#remember()
    this.#publisher.clear()
    this.#end(LEFT)?.leaveAtOnce()
  }

  /** The call is over for whoever looks; what is left of it is the caller's to close. */
  #end(outcome: Outcome): Call | undefined {
    const call = this.#call
    this.#call = undefined
    this.#preparation.close()
    this.#conversation.reset()
    if (call === undefined && this.state.connection === 'closed') return undefined
    this.#room = rooms.EMPTY_ROOM
    this.#publisher.tracks.forgetProducers()
    this.#store.update({ ...endPatch(this.state), ...outcome })
    return call
  }

  #showPublished(): void {
    const { self } = this.state
    if (self === undefined) return
    const published = this.#publisher.tracks.published(self.published)
    if (published !== self.published) this.#store.update({ self: { ...self, published } })
  }

  #setRoom(room: rooms.RoomState): void {
    const before = this.#room
    this.#room = room
    this.#store.update(roomPatch(this.state, room))
    this.#conversation.showMessages(before.chat, room.chat)
  }
}

const DEVICES = ['mic', 'cam'] as const

/** The visit is over for good: what comes next is another. */
const VOID_AFTER: ReadonlySet<Outcome['endReason']> = new Set(['roomClosed', 'callEnded', 'removed', 'banned'])

/** A link that was typed or read out may have capitals; it is the same room. */
const inLowerCase = (options: JoinOptions): JoinOptions => ({ ...options, roomId: options.roomId.toLowerCase() })

const LEFT: Outcome = { endReason: 'left', failure: undefined }
