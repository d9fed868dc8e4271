import type { ChatMessage, Reaction } from '../../shared/chat.ts'
import { SfuError } from '../../shared/errors.ts'
import type { PeerId, RoomId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { Output, Tile } from '../../shared/requests.ts'
import { Call, type Outcome } from './Call.ts'
import { Conversation } from './Conversation.ts'
import { endPatch, IDLE, roomPatch } from './clientState.ts'
import { collectStats, NO_STATS } from './collectStats.ts'
import type { ScreenHint } from './encodings.ts'
import { toClientError, toFailure } from './failures.ts'
import { Preparation } from './Preparation.ts'
import { Publisher } from './Publisher.ts'
import type { EffectName } from './processors/types.ts'
import * as rooms from './roomState.ts'
import type { Notification } from './SignalingClient.ts'
import { StateStore } from './StateStore.ts'
import type { CallStats, ClientState, ConferenceClientOptions, JoinOptions, Log, PeerView } from './types.ts'
import { ViewportReporter } from './ViewportReporter.ts'

/**
 * A call, as a page or a program sees it: join, publish, mute, leave, and an immutable state that says how it is. It
 * comes back by itself after a broken connection, with the same tracks, muted as they were.
 *
 * Tracks belong to the caller: none is ever stopped here. When a published track ends by itself (the microphone was
 * unplugged, the person stopped sharing in the browser's own bar), a screen is unpublished, a microphone or camera
 * muted until `replaceTrack` brings another.
 */
export class ConferenceClient {
  readonly #options: ConferenceClientOptions
  readonly #log: Log
  readonly #store: StateStore<ClientState>
  readonly #publisher: Publisher
  readonly #conversation: Conversation
  readonly #preparation: Preparation
  readonly #viewport = new ViewportReporter()
  #room: rooms.RoomState = rooms.EMPTY_ROOM
  /** Joined, or on the way. */
  #call: Call | undefined
  /** A reconnect gives another id; messages that were sent before carry the old one. */
  readonly #ownIds = new Set<PeerId>()

  constructor(options: ConferenceClientOptions = {}) {
    this.#options = options
    const log = options.log ?? (() => {})
    this.#log = log
    this.#store = new StateStore(IDLE, log)
    this.#publisher = new Publisher({ session: () => this.#call?.session, onChanged: () => this.#showPublished(), log })
    this.#conversation = new Conversation({
      session: () => (this.#call?.session?.joined ? this.#call.session : undefined),
      onSent: (message) => this.#setRoom(rooms.addChat(this.#room, message)),
      onHandDown: () => this.#setRoom(rooms.setOwnHand(this.#room, undefined)),
      log,
    })
    this.#preparation = new Preparation((wanted) => this.#createCall(wanted), log)
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
   * `leave`. Resolves when it is done or something else is wanted; what fails is made good by the join.
   * @throws SfuError | ConnectionError as `join`, if the server cannot be reached or refuses
   */
  async prepare(options: JoinOptions): Promise<void> {
    if (this.#call) throw new SfuError('conflict', 'already in a call')
    await this.#preparation.prepare(options)
  }

  /**
   * Enters a room; what was published before is published with it. Resolves when the others are received and the own
   * tracks are sent (a track that is refused is dropped and keeps nobody out). From then on a broken connection is made
   * anew by itself: see `state.connection`.
   * @throws SfuError what the server refused: `unauthorized`, `roomFull`, `protocolMismatch` …; `unsupportedMedia` if
   *   this browser cannot take part; `roomClosed` if `leave` was called meanwhile; `conflict` if already in a call
   * @throws ConnectionError (code `unreachable`) if the server cannot be reached
   */
  async join(options: JoinOptions): Promise<void> {
    if (this.#call) throw new SfuError('conflict', 'already in a call')
    const call = this.#preparation.take(options) ?? this.#createCall(options)
    this.#call = call
    this.#ownIds.clear()
    this.#store.update({ ...IDLE, connection: 'connecting', roomId: options.roomId as RoomId })
    try {
      await call.join({
        onJoined: (snapshot) => this.#handleJoined(options.name, snapshot),
        onNotification: (notification) => this.#handleNotification(notification),
        onTrack: (producerId, track) => this.#setRoom(rooms.setTrack(this.#room, producerId, track)),
        onPublishedChanged: () => this.#showPublished(),
        onLost: () => this.#handleLost(),
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
    this.#publisher.clear()
    await this.#end(LEFT)?.leave()
  }

  /**
   * Sends a track. Before the join, and while the connection is made anew, it is kept for the (next) join and this
   * resolves at once. A source that is published already gets the new track.
   * @throws SfuError what the server or the browser refused; it is not published then
   */
  async publish(source: Source, track: MediaStreamTrack, options: { paused?: boolean } = {}): Promise<void> {
    await this.#publisher.publish(source, track, options.paused ?? false)
  }

  /** Stops sending; the track goes on, it is the caller's. */
  async unpublish(source: Source): Promise<void> {
    await this.#publisher.unpublish(source)
  }

  /**
   * Mutes or unmutes. Muting holds here at once, whatever the server says.
   * @throws SfuError `notFound` if nothing is published; what the server refused: it stays muted then
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
   * @throws SfuError `unsupportedMedia` if it cannot be put on: the plain camera is sent then
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

  /** Totals since each track began; empty while there is no session. */
  async getStats(): Promise<CallStats> {
    const session = this.#call?.session
    const { selfId } = this.#room
    return session && selfId ? await collectStats(session, selfId) : NO_STATS
  }

  #createCall({ roomId, name }: JoinOptions): Call {
    const { url = globalThis.location?.origin, handlerFactory } = this.#options
    if (url === undefined) throw new SfuError('invalidInput', 'outside of a page the url of the server is needed')
    const { tracks } = this.#publisher
    return new Call({ roomId, name, url, handlerFactory, tracks, viewport: this.#viewport, log: this.#log })
  }

  #handleJoined(ownName: string, snapshot: Output<'join'>): void {
    const { peerId: id, peers } = snapshot
    const { name = ownName, joinedAt = Date.now() } = peers.find((peer) => peer.id === id) ?? {}
    this.#ownIds.add(id)
    const published = this.#publisher.tracks.published(this.state.self?.published ?? {})
    this.#store.update({ connection: 'connected', self: { id, name, joinedAt, published } })
    this.#setRoom(rooms.applySnapshot(this.#room, snapshot))
    this.#conversation.handleJoined()
  }

  #handleNotification({ name, data }: Notification): void {
    this.#setRoom(rooms.applyNotification(this.#room, name, data))
    if (name === 'reaction') this.#conversation.showReaction(data.peerId, data.reaction)
  }

  #handleLost(): void {
    this.#setRoom(rooms.dropMedia(this.#room))
    this.#store.update({ connection: 'reconnecting' })
  }

  #handleOver(outcome: Outcome): void {
    this.#publisher.clear()
    this.#end(outcome)?.close()
  }

  #handlePageHide(): void {
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

const LEFT: Outcome = { endReason: 'left', failure: undefined }
