import type { types } from 'mediasoup-client'
import { SfuError } from '../../shared/errors.ts'
import type { ConsumerId, ProducerId, TransportId } from '../../shared/ids.ts'
import type { Output, TransportOptions } from '../../shared/requests.ts'
import { pause, runInBackground } from './concurrency.ts'
import type { LocalTracks } from './LocalTracks.ts'
import { Receiver } from './Receiver.ts'
import type { Trouble } from './reconnectPolicy.ts'
import { Sender } from './Sender.ts'
import type { SessionParts } from './sessionParts.ts'
import { watchTransport } from './transportWatch.ts'
import type { Log } from './types.ts'
import { watchFlow } from './watchFlow.ts'
import { toWireDtlsParameters } from './wireMedia.ts'

type Options = {
  readonly parts: SessionParts
  readonly sendTransport: TransportOptions
  readonly recvTransport: TransportOptions
  readonly tracks: LocalTracks
  /** Whether its producers are those that people see. */
  readonly leads: () => boolean
  /** Nobody is in the room yet: what is received is applied, and begins later. */
  readonly warm: boolean
  /** Aborted with the session. */
  readonly signal: AbortSignal
  readonly log: Log
  readonly onTrack: (producerId: ProducerId, track: MediaStreamTrack | undefined) => void
  readonly onPublishedChanged: () => void
  /** Since when one of the transports is not connected, by `performance.now()`; undefined: both are. */
  readonly onDown: (since: number | undefined) => void
  readonly onConnected: (transport: types.Transport) => void
  readonly onTrouble: (trouble: Trouble) => void
}

/** How long a new path may take to be found. */
const RESTART_MS = 8000
/** A socket that answers at all answers within this time; after a change of networks it may be dead without knowing. */
const ICE_ANSWER_MS = 3000
const PROBE_MS = 1500
const SILENCE_PROBE_MS = 800

/** Both transports of one session and what runs over them. Closed by its session. */
export class SessionMedia {
  readonly sender: Sender
  readonly receiver: Receiver
  readonly transports: readonly types.Transport[]
  readonly recvTransport: types.Transport
  readonly #unwatch: (() => void)[]
  readonly #downSince = new Map<types.Transport, number>()
  readonly #everConnected = new Set<types.Transport>()
  /** What the server said last of each transport's ICE. */
  readonly #usernameFragments = new Map<types.Transport, string>()
  readonly #line: SessionParts['line']
  readonly #signal: AbortSignal
  /** Nothing comes any more, and the server does not answer either; the browser may not know it yet. */
  #cutOff = false
  #onUp = () => {}

  constructor(options: Options) {
    const { parts, sendTransport, recvTransport, tracks, warm, signal, log, onTrack, onTrouble } = options
    const { device, line } = parts
    this.#line = line
    this.#signal = signal
    const send = device.createSendTransport(toTransportOptions(parts, sendTransport))
    const recv = device.createRecvTransport(toTransportOptions(parts, recvTransport))
    this.transports = [send, recv]
    this.recvTransport = recv
    this.#usernameFragments.set(send, sendTransport.iceParameters.usernameFragment)
    this.#usernameFragments.set(recv, recvTransport.iceParameters.usernameFragment)
    this.#unwatch = this.transports.map((transport) => {
      handleConnect(transport, parts)
      return watchTransport(transport, log, {
        onConnected: () => {
          this.#everConnected.add(transport)
          options.onConnected(transport)
        },
        onDisconnected: () => this.#probe(PROBE_MS, log),
        onLost: () => onTrouble({ type: 'mediaDown', detail: `${transport.direction} transport disconnected` }),
        onFailed: (everConnected) =>
          onTrouble({ type: 'mediaFailed', everConnected, detail: `${transport.direction} transport failed` }),
        onDown: (down) => {
          this.#setDown(transport, down)
          options.onDown(this.downSince)
        },
      })
    })
    this.sender = new Sender({
      transport: send,
      codecs: device.sendRtpCapabilities.codecs ?? [],
      line,
      tracks,
      leads: options.leads,
      signal,
      log,
      onChanged: options.onPublishedChanged,
    })
    this.receiver = new Receiver({
      transport: recv,
      line,
      warm,
      signal,
      log,
      onTrack,
      onBroken: (detail) => onTrouble({ type: 'mediaFailed', everConnected: false, detail }),
    })
    const onSilent = () => this.#probe(SILENCE_PROBE_MS, log)
    const flow = watchFlow(() => this.receiver.consumers[0]?.consumer, signal, onSilent)
    runInBackground(flow, 'watching whether packets come', log)
  }

  /** Since when one of them is not connected, by `performance.now()`. */
  get downSince(): number | undefined {
    return this.#downSince.size > 0 ? Math.min(...this.#downSince.values()) : undefined
  }

  /** Whether one of them was connected, and is not. */
  get isDown(): boolean {
    return this.#cutOff || [...this.#everConnected].some((transport) => transport.connectionState !== 'connected')
  }

  /**
   * Looks for another path, for all that is sent and received. Resolves when there is one, or after eight seconds.
   * @throws SfuError | ConnectionError what the server refused, or that it does not answer
   */
  async restartIce(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#everConnected].map((transport) => this.#restart(transport)))
    // From now on the browser knows as much.
    this.#cutOff = false
    const { done, wake } = pause(RESTART_MS, AbortSignal.any([signal, this.#signal]))
    this.#onUp = wake
    if (!this.isDown) wake()
    await done
  }

  /** The server has restarted ICE, and the answer that said so was lost. */
  async catchUpIce(options: Pick<Output<'resume'>, 'sendTransport' | 'recvTransport'>): Promise<void> {
    for (const transport of this.#everConnected) {
      const { iceParameters } = transport.direction === 'send' ? options.sendTransport : options.recvTransport
      if (this.#usernameFragments.get(transport) === iceParameters.usernameFragment) continue
      this.#usernameFragments.set(transport, iceParameters.usernameFragment)
      await transport.restartIce({ iceParameters })
    }
  }

  /**
   * The socket may be dead as well, without knowing it. What flows already may be resumed again: it is asked for the
   * answer alone.
   */
  #probe(deadlineMs: number, log: Log): void {
    const [received] = this.receiver.consumers
    if (received === undefined) return
    const consumerIds = [received.consumer.id as ConsumerId]
    const probing = async () => {
      const lost = await this.#line.probe('resumeConsumers', { consumerIds }, deadlineMs)
      if (lost) this.#cutOff = true
    }
    runInBackground(probing(), 'asking for a sign of life', log)
  }

  async #restart(transport: types.Transport): Promise<void> {
    const input = { transportId: transport.id as TransportId }
    const { iceParameters } = await this.#line.request('restartIce', input, ICE_ANSWER_MS)
    this.#usernameFragments.set(transport, iceParameters.usernameFragment)
    await transport.restartIce({ iceParameters })
  }

  close(): void {
    for (const unwatch of this.#unwatch.splice(0)) unwatch()
    for (const transport of this.transports) transport.close()
  }

  #setDown(transport: types.Transport, down: boolean): void {
    if (!down) {
      this.#downSince.delete(transport)
      if (!this.isDown) this.#onUp()
    } else if (!this.#downSince.has(transport)) this.#downSince.set(transport, performance.now())
  }
}

function toTransportOptions(
  { certificate: { certificate }, placement: { iceServers } }: SessionParts,
  { id, iceParameters, iceCandidates, dtlsParameters }: TransportOptions,
): types.TransportOptions {
  return {
    id,
    iceParameters,
    iceCandidates,
    dtlsParameters,
    iceServers,
    ...(certificate && { additionalSettings: { certificates: [certificate] } }),
  }
}

function handleConnect(transport: types.Transport, { certificate, line }: SessionParts): void {
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    // The server has had the fingerprint since the entry.
    if (certificate.dtlsParameters) return callback()
    const input = { transportId: transport.id as TransportId, dtlsParameters: toWireDtlsParameters(dtlsParameters) }
    const connecting = line.deliver('connectTransport', input).catch((error: unknown) => {
      // It has arrived before, over a socket that was lost.
      if (!(error instanceof SfuError) || error.code !== 'conflict') throw error
    })
    connecting.then(() => callback(), errback)
  })
}
