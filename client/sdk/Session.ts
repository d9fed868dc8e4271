import { Device, type types } from 'mediasoup-client'
import { SfuError } from '../../shared/errors.ts'
import type { ProducerId, TransportId } from '../../shared/ids.ts'
import type { Placement } from '../../shared/protocol.ts'
import type { Output, Tile, TransportOptions, Viewport } from '../../shared/requests.ts'
import { ConnectionError } from './ConnectionError.ts'
import { type Certificate, makeCertificate } from './certificate.ts'
import { untilAborted } from './concurrency.ts'
import { messageOf } from './failures.ts'
import type { LocalTracks } from './LocalTracks.ts'
import { requestPlacement } from './placement.ts'
import { Receiver } from './Receiver.ts'
import type { EndCause } from './reconnectPolicy.ts'
import { Sender } from './Sender.ts'
import { type Notification, SignalingClient } from './SignalingClient.ts'
import { watchTransport } from './transportWatch.ts'
import type { JoinOptions, Log } from './types.ts'
import { toWireDtlsParameters, toWireRtpCapabilities } from './wireMedia.ts'

/** Who leaves does not wait long for a server that does not answer. */
const LEAVE_DEADLINE_MS = 2000

export type SessionOptions = JoinOptions & {
  /** Origin of the server. */
  readonly url: string
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
}

type Parts = {
  readonly placement: Placement
  readonly device: Device
  readonly certificate: Certificate
  readonly signaling: SignalingClient
}

type Media = { sender: Sender; receiver: Receiver; transports: types.Transport[] }

/**
 * One membership of one room, from the placement to its end: a socket, two transports and what runs over them. Never
 * reused: after its end a new one is opened. Closes with its owner's signal.
 */
export class Session {
  /** Called once when it ends by itself. */
  onEnded: (cause: EndCause) => void = () => {}

  readonly #options: SessionOptions
  readonly #parts: Parts
  readonly #end = new AbortController()
  readonly #unwatch: (() => void)[] = []
  /** Notifications that came before the snapshot that they build on. */
  #early: Notification[] | undefined = []
  #events: SessionEvents | undefined
  #media: Media | undefined

  private constructor(options: SessionOptions, parts: Parts) {
    this.#options = options
    this.#parts = parts
    const { signaling } = parts
    signaling.onNotification = (notification) => this.#handleNotification(notification)
    // Nothing can be replayed yet, so what was missed is made good by joining again.
    signaling.onGap = (detail) => this.#endWith({ type: 'outOfStep', detail })
    signaling.onLost = (detail) => this.#endWith({ type: 'socketLost', detail: `the connection was lost: ${detail}` })
    const handleAbort = () => this.close()
    options.signal.addEventListener('abort', handleAbort, { once: true })
    this.#unwatch.push(() => options.signal.removeEventListener('abort', handleAbort))
  }

  /**
   * Everything that needs no admission: placement, device, certificate, socket; what can runs side by side.
   * @throws SfuError what the server refused, `unsupportedMedia` if this browser cannot take part
   * @throws ConnectionError if the server cannot be reached
   */
  static async open(options: SessionOptions): Promise<Session> {
    const { url, handlerFactory } = options
    const opening = new AbortController()
    const signal = AbortSignal.any([options.signal, opening.signal])
    const certifying = makeCertificate()
    const placement = await requestPlacement(url, options, signal)
    const connecting = SignalingClient.open({ url: placement.nodeUrl || url, token: placement.token, signal })
    try {
      const parts = Promise.all([loadDevice(placement, handlerFactory), certifying, connecting])
      const [device, certificate, signaling] = await untilAborted(parts, signal)
      return new Session(options, { placement, device, certificate, signaling })
    } catch (error) {
      // The socket must not outlive a device that failed, whether it is open already or not.
      opening.abort(error)
      connecting.then(
        (signaling) => signaling.close(),
        () => {},
      )
      throw error
    }
  }

  get closed(): boolean {
    return this.#end.signal.aborted
  }

  get sender(): Sender | undefined {
    return this.#media?.sender
  }

  get receiver(): Receiver | undefined {
    return this.#media?.receiver
  }

  get transports(): readonly types.Transport[] {
    return this.#media?.transports ?? []
  }

  /**
   * Enters the room: one round trip, then what is received is applied, then what is sent. Resolves when all of it is
   * done; a track that is refused does not keep anyone out.
   * @throws SfuError what the server refused; the cause if the session ended meanwhile
   */
  async join(viewport: readonly Tile[] | undefined, events: SessionEvents): Promise<void> {
    const { device, certificate, signaling } = this.#parts
    const { signal } = this.#end
    this.#events = events
    const snapshot = await untilAborted(
      signaling.request('join', {
        rtpCapabilities: toWireRtpCapabilities(device.recvRtpCapabilities),
        ...(certificate.dtlsParameters && { dtlsParameters: certificate.dtlsParameters }),
        ...(viewport && { viewport: toViewport(viewport) }),
      }),
      signal,
    )
    const { sender, receiver } = this.#createMedia(snapshot)
    events.onJoined(snapshot)
    const firstApplied = receiver.addFirst(snapshot.consumers)
    this.#releaseEarly()
    await firstApplied
    // Sending competes with receiving for the processor: what the person came for goes first.
    await Promise.all(this.#options.tracks.sources.map((source) => this.#publishFirst(sender, source)))
  }

  async setViewport(tiles: readonly Tile[]): Promise<void> {
    await this.#parts.signaling.request('setViewport', toViewport(tiles))
  }

  /** Ends here at once, and tells the server. Resolves when the server knows it, or after two seconds. */
  async leave(): Promise<void> {
    if (this.closed) return
    const { signaling } = this.#parts
    const left = this.#media && signaling.request('leave', {}, LEAVE_DEADLINE_MS)
    this.#stop(new SfuError('roomClosed', 'left meanwhile'))
    await left?.catch(() => {})
    signaling.close()
  }

  /** Tells the server and closes at once: the page may be gone in a moment. */
  leaveAtOnce(): void {
    if (this.#media) this.#parts.signaling.sendLeave()
    this.close()
  }

  close(): void {
    this.#abort(new SfuError('roomClosed', 'closed meanwhile'))
  }

  #createMedia(snapshot: Output<'join'>): Media {
    const { device, signaling } = this.#parts
    const { tracks, log } = this.#options
    const { signal } = this.#end
    const send = device.createSendTransport(this.#transportOptions(snapshot.sendTransport))
    const recv = device.createRecvTransport(this.#transportOptions(snapshot.recvTransport))
    for (const transport of [send, recv]) this.#handleTransport(transport)
    const media = {
      transports: [send, recv],
      sender: new Sender({
        transport: send,
        codecs: device.sendRtpCapabilities.codecs ?? [],
        signaling,
        tracks,
        signal,
        log,
        onChanged: () => this.#events?.onPublishedChanged(),
        onOutOfStep: (detail) => this.#endWith({ type: 'outOfStep', detail }),
      }),
      receiver: new Receiver({
        transport: recv,
        signaling,
        signal,
        log,
        onTrack: (producerId, track) => this.#events?.onTrack(producerId, track),
        onBroken: (detail) => this.#endWith({ type: 'mediaFailed', everConnected: false, detail }),
      }),
    }
    this.#media = media
    return media
  }

  #transportOptions({ id, iceParameters, iceCandidates, dtlsParameters }: TransportOptions): types.TransportOptions {
    const { certificate, placement } = this.#parts
    return {
      id,
      iceParameters,
      iceCandidates,
      dtlsParameters,
      iceServers: placement.iceServers,
      ...(certificate.certificate && { additionalSettings: { certificates: [certificate.certificate] } }),
    }
  }

  #handleTransport(transport: types.Transport): void {
    const { certificate, signaling } = this.#parts
    const { log } = this.#options
    transport.on('connect', ({ dtlsParameters }, callback, errback) => {
      // The server has had the fingerprint since the join.
      if (certificate.dtlsParameters) return callback()
      const input = { transportId: transport.id as TransportId, dtlsParameters: toWireDtlsParameters(dtlsParameters) }
      signaling.request('connectTransport', input).then(() => callback(), errback)
    })
    const unwatch = watchTransport(transport, log, (everConnected) => {
      this.#endWith({ type: 'mediaFailed', everConnected, detail: `${transport.direction} transport failed` })
    })
    this.#unwatch.push(unwatch)
  }

  async #publishFirst(sender: Sender, source: Parameters<Sender['sync']>[0]): Promise<void> {
    const { tracks, log } = this.#options
    try {
      await sender.sync(source)
    } catch (error) {
      if (this.closed) return
      log('a track could not be published', { source, error: messageOf(error) })
      tracks.remove(source)
      this.#events?.onPublishedChanged()
    }
  }

  #handleNotification(notification: Notification): void {
    if (this.#early) this.#early.push(notification)
    else this.#deliver(notification)
  }

  #releaseEarly(): void {
    const early = this.#early ?? []
    this.#early = undefined
    for (const notification of early) if (!this.closed) this.#deliver(notification)
  }

  #deliver({ name, data }: Notification): void {
    this.#events?.onNotification({ name, data } as Notification)
    if (name === 'consumersAdded') this.#media?.receiver.add(data.consumers)
    else if (name === 'consumersRemoved') this.#media?.receiver.remove(data.consumerIds)
    else if (name === 'sessionEnded') this.#endWith({ type: 'sessionEnded', reason: data.reason })
  }

  #endWith(cause: EndCause): void {
    if (this.closed) return
    this.#options.log('session ended', cause)
    const lost = cause.type === 'socketLost'
    this.#abort(lost ? new ConnectionError(cause.detail) : new SfuError('roomClosed', 'the session ended meanwhile'))
    this.onEnded(cause)
  }

  #abort(reason: Error): void {
    if (this.closed) return
    this.#stop(reason)
    this.#parts.signaling.close()
  }

  /** All but the socket: whatever is under way ends with the reason, and nobody is told of anything any more. */
  #stop(reason: Error): void {
    this.#end.abort(reason)
    this.#events = undefined
    this.#closeMedia()
  }

  #closeMedia(): void {
    for (const unwatch of this.#unwatch.splice(0)) unwatch()
    for (const transport of this.#media?.transports ?? []) transport.close()
  }
}

/** @throws SfuError `unsupportedMedia` */
async function loadDevice(placement: Placement, handlerFactory: types.HandlerFactory | undefined): Promise<Device> {
  try {
    const device = await Device.factory(handlerFactory && { handlerFactory })
    await device.load({ routerRtpCapabilities: placement.rtpCapabilities as types.RtpCapabilities })
    return device
  } catch (error) {
    throw new SfuError('unsupportedMedia', `this browser cannot take part: ${messageOf(error)}`, { cause: error })
  }
}

const toViewport = (tiles: readonly Tile[]): Viewport => ({ tiles: [...tiles] })
