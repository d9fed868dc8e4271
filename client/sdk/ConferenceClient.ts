import { SfuError } from '../../shared/errors.ts'
import type { RoomId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { Output, Tile } from '../../shared/requests.ts'
import { Call, type Outcome } from './Call.ts'
import { collectStats, NO_STATS } from './collectStats.ts'
import { runInBackground } from './concurrency.ts'
import { toClientError, toFailure } from './failures.ts'
import { type LocalTrack, LocalTracks } from './LocalTracks.ts'
import { applyNotification, applySnapshot, dropMedia, EMPTY_ROOM, type RoomState, setTrack } from './roomState.ts'
import { StateStore } from './StateStore.ts'
import { streamOf } from './sources.ts'
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
  readonly #tracks = new LocalTracks((source) => this.#handleTrackEnded(source))
  readonly #viewport = new ViewportReporter()
  #room: RoomState = EMPTY_ROOM
  /** Joined, or on the way. */
  #call: Call | undefined
  /** Opened ahead of a join. */
  #prepared: Call | undefined

  constructor(options: ConferenceClientOptions = {}) {
    this.#options = options
    this.#log = options.log ?? (() => {})
    this.#store = new StateStore(IDLE, this.#log)
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
   * Does ahead of `join` all that needs no admission: finds the room's server, opens the socket, loads the device. Not
   * needed, but a join with the same options is faster afterwards.
   * @throws SfuError | ConnectionError as `join`
   */
  async prepare(options: JoinOptions): Promise<void> {
    if (this.#call) throw new SfuError('conflict', 'already in a call')
    const call = this.#takePrepared(options) ?? this.#createCall(options)
    this.#prepared = call
    try {
      await call.prepare()
    } catch (error) {
      if (this.#prepared === call) this.#prepared = undefined
      throw toClientError(error)
    }
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
    const call = this.#takePrepared(options) ?? this.#createCall(options)
    this.#call = call
    this.#store.update({ ...IDLE, connection: 'connecting', roomId: options.roomId as RoomId })
    try {
      await call.join({
        onJoined: (snapshot) => this.#handleJoined(options.name, snapshot),
        onNotification: ({ name, data }) => this.#setRoom(applyNotification(this.#room, name, data)),
        onTrack: (producerId, track) => this.#setRoom(setTrack(this.#room, producerId, track)),
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
    this.#tracks.clear()
    await this.#end(LEFT)?.leave()
  }

  /**
   * Sends a track. Before the join, and while the connection is made anew, it is kept for the (next) join and this
   * resolves at once. A source that is published already gets the new track.
   * @throws SfuError what the server or the browser refused; it is not published then
   */
  async publish(source: Source, track: MediaStreamTrack, options: { paused?: boolean } = {}): Promise<void> {
    if (track.readyState === 'ended') throw new SfuError('invalidInput', `the track for ${source} has ended`)
    this.#tracks.set(source, track, options.paused ?? false)
    await this.#sync(source, () => this.#tracks.remove(source))
  }

  /** Stops sending; the track goes on, it is the caller's. */
  async unpublish(source: Source): Promise<void> {
    this.#tracks.remove(source)
    await this.#sync(source, () => {})
  }

  /**
   * Mutes or unmutes. Muting holds here at once, whatever the server says.
   * @throws SfuError `notFound` if nothing is published; what the server refused: it stays muted then
   */
  async setPaused(source: Source, paused: boolean): Promise<void> {
    const { track } = this.#localTrack(source)
    this.#tracks.set(source, track, paused)
    await this.#sync(source, () => {
      const now = this.#tracks.get(source)
      if (now) this.#tracks.set(source, now.track, true)
    })
  }

  /**
   * Sends another track in its place, muted as the one before; nothing is negotiated.
   * @throws SfuError `notFound` if nothing is published; `unsupportedMedia` if the browser cannot
   */
  async replaceTrack(source: Source, track: MediaStreamTrack): Promise<void> {
    const { track: before, paused } = this.#localTrack(source)
    this.#tracks.set(source, track, paused)
    await this.#sync(source, () => {
      const now = this.#tracks.get(source)
      if (now?.track === track) this.#tracks.set(source, before, now.paused)
    })
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
    const tracks = this.#tracks
    return new Call({ roomId, name, url, handlerFactory, tracks, viewport: this.#viewport, log: this.#log })
  }

  /** What was prepared, if it was for this; else it is closed. */
  #takePrepared({ roomId, name }: JoinOptions): Call | undefined {
    const prepared = this.#prepared
    this.#prepared = undefined
    if (prepared?.options.roomId === roomId && prepared.options.name === name) return prepared
    prepared?.close()
    return undefined
  }

  #handleJoined(ownName: string, snapshot: Output<'join'>): void {
    const { peerId: id, peers } = snapshot
    const { name = ownName, joinedAt = Date.now() } = peers.find((peer) => peer.id === id) ?? {}
    const published = this.#tracks.published(this.state.self?.published ?? {})
    this.#store.update({ connection: 'connected', self: { id, name, joinedAt, published } })
    this.#setRoom(applySnapshot(this.#room, snapshot))
  }

  #handleLost(): void {
    this.#setRoom(dropMedia(this.#room))
    this.#store.update({ connection: 'reconnecting' })
  }

  #handleOver(outcome: Outcome): void {
    this.#tracks.clear()
    this.#end(outcome)?.close()
  }

  #handlePageHide(): void {
    this.#tracks.clear()
    this.#end(LEFT)?.leaveAtOnce()
  }

  #handleTrackEnded(source: Source): void {
    this.#log('a track ended by itself', { source })
    const change = streamOf(source) === 'screen' ? this.unpublish(source) : this.setPaused(source, true)
    runInBackground(change, 'muting what has ended', this.#log)
  }

  /** The call is over for whoever looks; what is left of it is the caller's to close. */
  #end(outcome: Outcome): Call | undefined {
    const call = this.#call
    this.#call = undefined
    this.#prepared?.close()
    this.#prepared = undefined
    if (call === undefined && this.state.connection === 'closed') return undefined
    this.#room = EMPTY_ROOM
    this.#tracks.forgetProducers()
    const { self } = this.state
    const nobody = { peers: [], speakers: [], self: self && { ...self, published: {} } }
    this.#store.update({ connection: 'closed', ...nobody, ...outcome })
    return call
  }

  /** Brings the server in line, if there is one to talk to. What a lost session leaves undone, the next does. */
  async #sync(source: Source, undo: () => void): Promise<void> {
    this.#showPublished()
    const session = this.#call?.session
    if (session?.sender === undefined || session.closed) return
    try {
      await session.sender.sync(source)
    } catch (error) {
      if (session.closed) return
      undo()
      this.#showPublished()
      throw toClientError(error)
    }
  }

  #localTrack(source: Source): LocalTrack {
    const local = this.#tracks.get(source)
    if (local === undefined) throw new SfuError('notFound', `${source} is not published`)
    return { ...local }
  }

  #showPublished(): void {
    const { self } = this.state
    if (self === undefined) return
    const published = this.#tracks.published(self.published)
    if (published !== self.published) this.#store.update({ self: { ...self, published } })
  }

  #setRoom(room: RoomState): void {
    this.#room = room
    this.#store.update({ peers: room.peers, speakers: room.speakers })
  }
}

const LEFT: Outcome = { endReason: 'left', failure: undefined }

const IDLE: ClientState = {
  connection: 'idle',
  roomId: undefined,
  self: undefined,
  peers: [],
  speakers: [],
  failure: undefined,
  endReason: undefined,
}
