import type { types } from 'mediasoup-client'
import type { ProducerId, TransportId } from '../../shared/ids.ts'
import type { TransportOptions } from '../../shared/requests.ts'
import type { LocalTracks } from './LocalTracks.ts'
import { Receiver } from './Receiver.ts'
import type { EndCause } from './reconnectPolicy.ts'
import { Sender } from './Sender.ts'
import type { SessionParts } from './sessionParts.ts'
import { watchTransport } from './transportWatch.ts'
import type { Log } from './types.ts'
import { toWireDtlsParameters } from './wireMedia.ts'

type Options = {
  readonly parts: SessionParts
  readonly sendTransport: TransportOptions
  readonly recvTransport: TransportOptions
  readonly tracks: LocalTracks
  /** Nobody is in the room yet: what is received is applied, and begins later. */
  readonly warm: boolean
  /** Aborted with the session. */
  readonly signal: AbortSignal
  readonly log: Log
  readonly onTrack: (producerId: ProducerId, track: MediaStreamTrack | undefined) => void
  readonly onPublishedChanged: () => void
  /** Since when one of the transports is not connected, by `performance.now()`; undefined: both are. */
  readonly onDown: (since: number | undefined) => void
  /** Nothing helps but a new session. */
  readonly onBroken: (cause: EndCause) => void
}

/** Both transports of one session and what runs over them. Closed by its session. */
export class SessionMedia {
  readonly sender: Sender
  readonly receiver: Receiver
  readonly transports: readonly types.Transport[]
  readonly recvTransport: types.Transport
  readonly #unwatch: (() => void)[]
  readonly #downSince = new Map<types.Transport, number>()

  constructor(options: Options) {
    const { parts, sendTransport, recvTransport, tracks, warm, signal, log, onTrack, onBroken } = options
    const { device, signaling } = parts
    const send = device.createSendTransport(toTransportOptions(parts, sendTransport))
    const recv = device.createRecvTransport(toTransportOptions(parts, recvTransport))
    this.transports = [send, recv]
    this.recvTransport = recv
    this.#unwatch = this.transports.map((transport) => {
      handleConnect(transport, parts)
      return watchTransport(transport, log, {
        onFailed: (everConnected) =>
          onBroken({ type: 'mediaFailed', everConnected, detail: `${transport.direction} transport failed` }),
        onDown: (down) => {
          this.#setDown(transport, down)
          options.onDown(this.downSince)
        },
      })
    })
    this.sender = new Sender({
      transport: send,
      codecs: device.sendRtpCapabilities.codecs ?? [],
      signaling,
      tracks,
      signal,
      log,
      onChanged: options.onPublishedChanged,
      onOutOfStep: (detail) => onBroken({ type: 'outOfStep', detail }),
    })
    this.receiver = new Receiver({
      transport: recv,
      signaling,
      warm,
      signal,
      log,
      onTrack,
      onBroken: (detail) => onBroken({ type: 'mediaFailed', everConnected: false, detail }),
    })
  }

  /** Since when one of them is not connected, by `performance.now()`. */
  get downSince(): number | undefined {
    return this.#downSince.size > 0 ? Math.min(...this.#downSince.values()) : undefined
  }

  close(): void {
    for (const unwatch of this.#unwatch.splice(0)) unwatch()
    for (const transport of this.transports) transport.close()
  }

  #setDown(transport: types.Transport, down: boolean): void {
    if (!down) this.#downSince.delete(transport)
    else if (!this.#downSince.has(transport)) this.#downSince.set(transport, performance.now())
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

function handleConnect(transport: types.Transport, { certificate, signaling }: SessionParts): void {
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    // The server has had the fingerprint since the entry.
    if (certificate.dtlsParameters) return callback()
    const input = { transportId: transport.id as TransportId, dtlsParameters: toWireDtlsParameters(dtlsParameters) }
    signaling.request('connectTransport', input).then(() => callback(), errback)
  })
}
