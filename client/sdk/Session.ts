import type { types } from 'mediasoup-client'
import { SfuError } from '../../shared/errors.ts'
import type { ConsumerId, ProducerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { Placement } from '../../shared/protocol.ts'
import type { Input, Output, Reception, RequestName, Tile, TransportOptions } from '../../shared/requests.ts'
import { ConnectionError } from './ConnectionError.ts'
import { runInBackground, untilAborted } from './concurrency.ts'
import { messageOf } from './failures.ts'
import { untilMediaFlows } from './firstMedia.ts'
import type { Resumed } from './Line.ts'
import type { LocalTracks } from './LocalTracks.ts'
import { connectIdle, pathOf, watchMediaPath } from './mediaPath.ts'
import type { Doors } from './placement.ts'
import type { Receiver } from './Receiver.ts'
import type { EndCause, Trouble } from './reconnectPolicy.ts'
import type { Sender } from './Sender.ts'
import { SessionMedia } from './SessionMedia.ts'
import { type Notification, SignalingClient } from './SignalingClient.ts'
import { openParts, type SessionParts } from './sessionParts.ts'
import type { JoinOptions, Log, MediaPath } from './types.ts'
import { toWireRtpCapabilities } from './wireMedia.ts'

/** Who leaves does not wait long for a server that does not answer. */
const LEAVE_DEADLINE_MS = 2000
/** A socket that was opened long ago may be dead without knowing it; a new one is four round trips away. */
const PREPARED_JOIN_DEADLINE_MS = 4000

export type SessionOptions = JoinOptions & {
  readonly doors: Doors
  /** Where to go, if that is known already. */
  readonly placement?: Placement | undefined
  /** Another session is still the one that people see: what this one sends counts from {@link Session.lead} on. */
  readonly standby?: boolean
  /** Continues a visit; undefined: a new one. */
  readonly ticket: string | undefined
  readonly handlerFactory: types.HandlerFactory | undefined
  readonly tracks: LocalTracks
  readonly log: Log
  /** Gives up when it is aborted, and is closed with it. */
  readonly signal: AbortSignal
}

/** What its owner hears; nothing after the end. */
export type SessionEvents = {
  readonly onJoined: (snapshot: Output<'join'>) => void
  readonly onNotification: (notification: Notification) => void
  readonly onTrack: (producerId: ProducerId, track: MediaStreamTrack | undefined) => void
  readonly onPublishedChanged: () => void
  /** Somebody has to open first, or has opened. */
  readonly onLobby: (inLobby: boolean) => void
  /** Since when media does not get through, by `performance.now()`; undefined: it does. */
  readonly onMediaDown: (since: number | undefined) => void
  /** How media gets through, by its worst path. */
  readonly onMediaPath: (path: MediaPath) => void
  /** Over another socket: what was missed is known. */
  readonly onResumed: (answer: Resumed) => void
}

/** What is wanted from the first moment on. */
export type Wants = { readonly tiles: readonly Tile[] | undefined; readonly reception: Reception }

type Transports = { readonly sendTransport: TransportOptions; readonly recvTransport: TransportOptions }

/**
 * One membership of one room, from the placement to its end: a line to the server, two transports and what runs over
 * them. Never reused: after its end a new one is opened. Closes with its owner's signal.
 */
export class Session {
  /** Called once when it ends by itself. */
  onEnded: (cause: EndCause) => void = () => {}
  /** Called when it is joined and cannot go on as it is; it may be mended by {@link resume} or {@link restartIce}. */
  onTrouble: (trouble: Trouble) => void = () => {}
  /** Called while it is warmed up, each time more is known of whether media gets through. */
  onMediaPath: (path: MediaPath) => void = () => {}
  /** Called when the warm-up was refused because somebody in the room has to open. */
  onLobbyAhead: () => void = () => {}

  readonly #options: SessionOptions
  readonly #parts: SessionParts
  readonly #end = new AbortController()
  readonly #unwatch: () => void
  /** Notifications that came before the snapshot that they build on. */
  #early: Notification[] | undefined = []
  #events: SessionEvents | undefined
  #media: SessionMedia | undefined
  #warming: Promise<void> | undefined
  #joined = false
  /** Settled when somebody opens. */
  #admission = Promise.withResolvers<void>()
  #worker: number | undefined
  #leads: boolean

  private constructor(options: SessionOptions, parts: SessionParts) {
    this.#options = options
    this.#parts = parts
    this.#leads = !options.standby
    parts.line.onNotification = (notification) => this.#handleNotification(notification)
    parts.line.onLost = (trouble) => this.#handleTrouble(trouble)
    const handleAbort = () => this.close()
    options.signal.addEventListener('abort', handleAbort, { once: true })
    this.#unwatch = () => options.signal.removeEventListener('abort', handleAbort)
  }

  /**
   * Everything that needs no admission.
   * @throws SfuError | ConnectionError as `openParts`
   */
  static async open(options: SessionOptions): Promise<Session> {
    const session = new Session(options, await openParts(options))
    if (!options.signal.aborted) return session
    session.close()
    throw options.signal.reason
  }

  get closed(): boolean {
    return this.#end.signal.aborted
  }

  /** In the room, not over, and the server hears what is said to it. */
  get joined(): boolean {
    return this.#joined && !this.closed && !this.away
  }

  /** Without a socket: media may go on. */
  get away(): boolean {
    return this.#parts.line.away
  }

  /** One of its transports was connected, and is not. */
  get mediaDown(): boolean {
    return this.#media?.isDown ?? false
  }

  /** Present as soon as something may be sent. */
  get sender(): Sender | undefined {
    return this.#joined ? this.#media?.sender : undefined
  }

  /** What it was opened with. */
  get ticket(): string | undefined {
    return this.#options.ticket
  }

  /** Which of the server's media workers carries the room; known after the join. */
  get worker(): number | undefined {
    return this.#worker
  }

  /** Where its node is. */
  get nodeUrl(): string {
    return this.#parts.placement.nodeUrl
  }

  get receiver(): Receiver | undefined {
    return this.#media?.receiver
  }

  get transports(): readonly types.Transport[] {
    return this.#media?.transports ?? []
  }

  /**
   * Prepares to enter: the transports are built, the first consumers applied; nothing is played, and nobody sees it. A
   * refusal changes nothing, the join is cold then; never rejects.
   */
  warmUp(wants: Wants): Promise<void> {
    this.#warming ??= this.#warmUp(wants).catch((error: unknown) => {
      if (this.closed) return
      if (error instanceof SfuError && error.code === 'inLobby') this.onLobbyAhead()
      this.#options.log('not warmed up', { error: messageOf(error) })
      // The server may have made what this client knows nothing of.
      if (!(error instanceof SfuError) || error.code === 'timeout') this.close()
    })
    return this.#warming
  }

  /**
   * Enters the room: one round trip, then what is received is applied, then what is sent. Resolves when all of it is
   * done; a track that is refused does not keep anyone out. Where somebody has to open, it waits for that.
   * @throws SfuError what the server refused; the cause if the session ended meanwhile
   */
  async join(wants: Wants, events: SessionEvents): Promise<void> {
    const { signal } = this.#end
    // A second entry while the first is under way would make a second peer.
    await this.#warming
    signal.throwIfAborted()
    this.#events = events
    this.#early ??= []
    const snapshot = await this.#enterOrWait(wants)
    const media = this.#media ?? this.#createMedia(snapshot, false)
    this.#joined = true
    this.#worker = snapshot.worker
    media.sender.setVideoCodec(snapshot.room.videoCodec)
    events.onJoined(snapshot)
    events.onMediaDown(media.downSince)
    this.#tellPath()
    for (const { producerId, track } of media.receiver.tracks) events.onTrack(producerId, track)
    const firstApplied = media.receiver.addFirst(snapshot.consumers)
    this.#releaseEarly()
    // Nobody looks at what a session on standby receives, and the others miss what it sends: that goes first.
    if (!this.#leads) return void (await Promise.all([firstApplied, this.#publishAll(media.sender)]))
    await firstApplied
    // Sending competes with receiving for the processor: what the person came for goes first.
    await untilMediaFlows(flowingTracks(snapshot, media.receiver), signal)
    await this.#publishAll(media.sender)
  }

  /**
   * Goes on over another socket, as the same peer, with all that is sent and received.
   * @param ticket the last one of this visit
   * @throws SfuError | ConnectionError what the server refused (`gone`: there is nothing to go on with), or that it
   *   cannot be reached; nothing is different then
   */
  async resume(ticket: string, signal: AbortSignal): Promise<void> {
    const { line } = this.#parts
    // It may look open, and not answer.
    line.lose({ type: 'outOfStep', detail: 'given up' })
    const both = AbortSignal.any([signal, this.#end.signal])
    const signaling = await SignalingClient.open({ url: this.nodeUrl, token: ticket, signal: both })
    // What comes after the answer builds on it.
    this.#early ??= []
    const answer = await line.resume(signaling)
    this.#end.signal.throwIfAborted()
    this.#catchUp(answer)
    line.arrive()
    this.#events?.onResumed(answer)
    this.#releaseEarly()
  }

  /** From now on this session is the one that people see. */
  lead(): void {
    this.#leads = true
    this.#media?.sender.tellProducers()
  }

  /** Looks for another path for its media. @throws SfuError | ConnectionError as the request `restartIce` */
  async restartIce(signal: AbortSignal): Promise<void> {
    await this.#media?.restartIce(signal)
    this.#tellPath()
  }

  /** @throws SfuError | ConnectionError as {@link SignalingClient.request}; the cause if the session ends meanwhile */
  request<N extends RequestName>(name: N, input: Input<N>): Promise<Output<N>> {
    return untilAborted(this.#parts.line.request(name, input), this.#end.signal)
  }

  async setViewport(tiles: readonly Tile[]): Promise<void> {
    await this.#parts.line.request('setViewport', { tiles: [...tiles] })
  }

  /** Ends here at once, and tells the server. Resolves when the server knows it, or after two seconds. */
  async leave(): Promise<void> {
    if (this.closed) return
    const { line } = this.#parts
    const left = this.#joined && line.request('leave', {}, LEAVE_DEADLINE_MS)
    this.#stop(new SfuError('roomClosed', 'left meanwhile'))
    if (left) await left.catch(() => {})
    line.close()
  }

  /** Tells the server and closes at once: the page may be gone in a moment. */
  leaveAtOnce(): void {
    if (this.#joined) this.#parts.line.sendLeave()
    this.close()
  }

  close(): void {
    this.#abort(new SfuError('roomClosed', 'closed meanwhile'))
  }

  async #warmUp(wants: Wants): Promise<void> {
    const { dtlsParameters } = this.#parts.certificate
    // Without it the transports would be connected by requests of their own: what is warm would be lukewarm.
    if (dtlsParameters === undefined) return
    const answer = await this.request('warmUp', this.#entry(wants))
    const media = this.#createMedia(answer, true)
    const { signal } = this.#end
    const { log } = this.#options
    const watching = watchMediaPath(media.recvTransport, signal, (path) => this.onMediaPath(path))
    runInBackground(watching, 'watching how media gets through', log)
    const firstApplied = media.receiver.addFirst(answer.consumers)
    this.#releaseEarly()
    if (answer.consumers.length === 0) {
      const idle = connectIdle(media.recvTransport, this.#parts.device.recvRtpCapabilities)
      runInBackground(untilAborted(idle, signal), 'connecting without anything to receive', log)
    }
    await firstApplied
  }

  async #enterOrWait(wants: Wants): Promise<Output<'join'>> {
    for (;;) {
      this.#admission = Promise.withResolvers()
      try {
        return await this.#enter(wants, this.#media?.receiver.goLive())
      } catch (error) {
        if (!(error instanceof SfuError) || error.code !== 'inLobby') throw error
      }
      // What was warm the server has dropped.
      this.#media?.close()
      this.#media = undefined
      this.#events?.onLobby(true)
      await untilAborted(this.#admission.promise, this.#end.signal)
      this.#events?.onLobby(false)
    }
  }

  async #enter(wants: Wants, applied: ConsumerId[] | undefined): Promise<Output<'join'>> {
    const { line } = this.#parts
    const entry = this.#entry(wants)
    const joining = applied
      ? line.request('join', { ...entry, applied }, PREPARED_JOIN_DEADLINE_MS)
      : line.request('join', entry)
    return await untilAborted(joining, this.#end.signal)
  }

  #entry({ tiles, reception }: Wants): Input<'warmUp'> {
    const { device, certificate } = this.#parts
    return {
      rtpCapabilities: toWireRtpCapabilities(device.recvRtpCapabilities),
      ...(certificate.dtlsParameters && { dtlsParameters: certificate.dtlsParameters }),
      ...(tiles && { viewport: { tiles: [...tiles] } }),
      reception,
    }
  }

  #createMedia({ sendTransport, recvTransport }: Transports, warm: boolean): SessionMedia {
    const { tracks, log } = this.#options
    this.#media = new SessionMedia({
      parts: this.#parts,
      sendTransport,
      recvTransport,
      tracks,
      leads: () => this.#leads,
      warm,
      signal: this.#end.signal,
      log,
      onTrack: (producerId, track) => {
        if (this.#joined) this.#events?.onTrack(producerId, track)
      },
      onPublishedChanged: () => this.#events?.onPublishedChanged(),
      onDown: (since) => {
        if (this.#joined) this.#events?.onMediaDown(since)
      },
      onConnected: () => this.#tellPath(),
      onTrouble: (trouble) => this.#handleTrouble(trouble),
    })
    return this.#media
  }

  async #publishAll(sender: Sender): Promise<void> {
    await Promise.all(this.#options.tracks.sources.map((source) => this.#publishFirst(sender, source)))
  }

  async #publishFirst(sender: Sender, source: Source): Promise<void> {
    const { tracks, log } = this.#options
    try {
      await sender.sync(source)
    } catch (error) {
      if (this.closed) return
      // There is a session that has it.
      if (!this.#leads) throw error
      log('a track could not be published', { source, error: messageOf(error) })
      tracks.remove(source)
      this.#events?.onPublishedChanged()
    }
  }

  #handleNotification(notification: Notification): void {
    if (notification.name === 'admitted') this.#admission.resolve()
    // Nothing builds on the end, and there may be nothing after it.
    else if (this.#early && notification.name !== 'sessionEnded') this.#early.push(notification)
    else this.#deliver(notification)
  }

  #releaseEarly(): void {
    const early = this.#early ?? []
    this.#early = undefined
    for (const notification of early) if (!this.closed) this.#deliver(notification)
  }

  /** The media's part of what was missed; the room's is its owner's. */
  #catchUp(answer: Resumed): void {
    const { missed, snapshot, consumerIds } = answer
    for (const { name, data } of missed ?? []) this.#deliverMedia({ name, data } as Notification)
    this.#media?.receiver.keepOnly(consumerIds)
    if (snapshot) {
      this.#media?.receiver.add(snapshot.consumers)
      this.#media?.sender.setVideoCodec(snapshot.room.videoCodec)
      this.#worker = snapshot.worker
    }
    const catchingUp = this.#media?.catchUpIce(answer) ?? Promise.resolve()
    runInBackground(catchingUp, 'taking over ICE parameters', this.#options.log)
  }

  #tellPath(): void {
    if (!this.#joined) return
    const told = pathOf(this.transports).then((path) => {
      if (path) this.#events?.onMediaPath(path)
    })
    runInBackground(told, 'asking for the path of media', this.#options.log)
  }

  #deliver({ name, data }: Notification): void {
    this.#events?.onNotification({ name, data } as Notification)
    this.#deliverMedia({ name, data } as Notification)
    if (name === 'sessionEnded') this.#endWith({ type: 'sessionEnded', reason: data.reason })
  }

  #deliverMedia({ name, data }: Notification): void {
    if (name === 'consumersAdded') this.#media?.receiver.add(data.consumers)
    else if (name === 'consumersRemoved') this.#media?.receiver.remove(data.consumerIds)
    else if (name === 'layersChanged') this.#media?.receiver.setLayers(data.layers)
    else if (name === 'demandChanged') this.#media?.sender.setDemand(data.producerId, data.spatialLayer)
    else if (name === 'roomChanged') this.#media?.sender.setVideoCodec(data.room.videoCodec)
  }

  /** Before the join there is nothing to go on with. */
  #handleTrouble(trouble: Trouble): void {
    if (!this.#joined) this.#endWith(trouble)
    else if (!this.closed) this.onTrouble(trouble)
  }

  #endWith(cause: EndCause): void {
    if (this.closed) return
    this.#options.log('session ended', cause)
    this.#abort(toError(cause))
    this.onEnded(cause)
  }

  #abort(reason: Error): void {
    if (this.closed) return
    this.#stop(reason)
    this.#parts.line.close()
  }

  /** All but the socket: whatever is under way ends with the reason, and nobody is told of anything any more. */
  #stop(reason: Error): void {
    this.#end.abort(reason)
    this.#events = undefined
    this.#unwatch()
    this.#media?.close()
  }
}

function toError(cause: EndCause): Error {
  if (cause.type === 'socketLost') return new ConnectionError(cause.detail)
  if (cause.type === 'sessionEnded' && cause.reason === 'refused') return new SfuError('notAdmitted')
  return new SfuError('roomClosed', 'the session ended meanwhile')
}

/** What is to be seen and heard first: of those who were there and have not muted it. */
function flowingTracks({ peers }: Output<'join'>, receiver: Receiver): MediaStreamTrack[] {
  const paused = new Set(
    peers.flatMap(({ published }) => published.filter((entry) => entry.paused)).map((p) => p.producerId),
  )
  return receiver.tracks.filter(({ producerId }) => !paused.has(producerId)).map(({ track }) => track)
}
