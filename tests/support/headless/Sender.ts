import { randomBytes, randomInt } from 'node:crypto'
import type { types } from 'mediasoup-client'
import { extensionIds } from './capabilities.ts'
import { OutboundStream } from './OutboundStream.ts'
import type { PeerLink } from './PeerLink.ts'
import { readRtcp } from './rtcpPacket.ts'
import { TracePlayer } from './TracePlayer.ts'
import type { TraceTrack } from './TraceTrack.ts'

/** All that one send transport plays, and its answers to RTCP. Owned by its handler. */
export class Sender {
  readonly cname = randomBytes(8).toString('hex')
  readonly #link: PeerLink
  readonly #players = new Set<TracePlayer>()
  readonly #streams = new Map<number, { stream: OutboundStream; player: TracePlayer }>()

  constructor(link: PeerLink) {
    this.#link = link
  }

  /** `parameters` have their mid and encodings already. */
  add(track: TraceTrack, parameters: types.RtpParameters, encodings: EncodingIdentity[]): TracePlayer {
    const [codec, second] = parameters.codecs
    if (codec === undefined) throw new Error('nothing to send with')
    const rtxPayloadType = second?.mimeType.toLowerCase().endsWith('/rtx') ? second.payloadType : undefined
    const ids = extensionIds(parameters)
    const streams = encodings.map(({ ssrc, rtxSsrc, rid, active }) => {
      const stream = new OutboundStream({
        sink: this.#link,
        kind: track.kind,
        ssrc,
        payloadType: codec.payloadType,
        rtx: rtxPayloadType === undefined ? undefined : { ssrc: rtxSsrc, payloadType: rtxPayloadType },
        mid: parameters.mid ?? '',
        rid,
        cname: this.cname,
        extensionIds: ids,
      })
      stream.active = active
      return stream
    })
    const player = new TracePlayer({ sink: this.#link, streams, clockRate: codec.clockRate, track })
    this.#players.add(player)
    for (const stream of streams) this.#streams.set(stream.ssrc, { stream, player })
    return player
  }

  remove(player: TracePlayer): void {
    player.stop()
    this.#players.delete(player)
    for (const stream of player.streams) this.#streams.delete(stream.ssrc)
  }

  stop(): void {
    for (const player of this.#players) player.stop()
    this.#players.clear()
    this.#streams.clear()
  }

  get roundTripMs(): number | undefined {
    for (const { stream } of this.#streams.values()) {
      if (stream.roundTripMs !== undefined) return stream.roundTripMs
    }
    return undefined
  }

  handleRtcp(packet: Buffer): void {
    readRtcp(packet, {
      reportBlock: (block) => this.#streams.get(block.ssrc)?.stream.handleReport(block),
      nack: (ssrc, sequences) => this.#streams.get(ssrc)?.stream.retransmit(sequences, performance.now()),
      pictureLoss: (ssrc) => this.#requestKeyFrame(ssrc, 'pliCount'),
      fullIntraRequest: (ssrc) => this.#requestKeyFrame(ssrc, 'firCount'),
    })
  }

  #requestKeyFrame(ssrc: number, counter: 'pliCount' | 'firCount'): void {
    const found = this.#streams.get(ssrc)
    if (found === undefined) return
    found.stream[counter] += 1
    found.player.requestKeyFrame()
  }
}

export interface EncodingIdentity {
  ssrc: number
  rtxSsrc: number
  rid: string | undefined
  active: boolean
}

/** Simulcast is told apart by RID and its SSRCs are found out by the server, a single stream by SSRC: as in Chromium. */
export function identifyEncodings(encodings: types.RtpEncodingParameters[] | undefined): EncodingIdentity[] {
  const given = encodings === undefined || encodings.length === 0 ? [{}] : encodings
  return given.map((encoding: types.RtpEncodingParameters, index) => ({
    ssrc: randomSsrc(),
    rtxSsrc: randomSsrc(),
    rid: given.length > 1 ? `r${index}` : undefined,
    active: encoding.active !== false,
  }))
}

function randomSsrc(): number {
  return randomInt(0x10000, 0xffffffff)
}
