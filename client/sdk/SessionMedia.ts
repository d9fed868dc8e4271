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
  /** Nothing helps but a new session. */
  readonly onBroken: (cause: EndCause) => void
}

/** Both transports of one session and what runs over them. Closed by its session. */
export class SessionMedia {
  readonly sender: Sender
  readonly receiver: Receiver
  readonly transports: readonly types.Transport[]
  readonly #unwatch: (() => void)[]

  constructor(options: Options) {
    const { parts, sendTransport, recvTransport, tracks, warm, signal, log, onTrack, onBroken } = options
    const { device, signaling } = parts
    const send = device.createSendTransport(toTransportOptions(parts, sendTransport))
    const recv = device.createRecvTransport(toTransportOptions(parts, recvTransport))
    this.transports = [send, recv]
    this.#unwatch = this.transports.map((transport) => {
      handleConnect(transport, parts)
      return watchTransport(transport, log, (everConnected) =>
        onBroken({ type: 'mediaFailed', everConnected, detail: `${transport.direction} transport failed` }),
      )
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

  close(): void {
    for (const unwatch of this.#unwatch.splice(0)) unwatch()
    for (const transport of this.transports) transport.close()
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
