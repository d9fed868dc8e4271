import { randomInt } from 'node:crypto'
import type { TracePacket } from '../traces/Trace.ts'
import { compactNtp, type ReportBlock, writeSenderReport } from './rtcpPacket.ts'
import { type ExtensionName, RtpTemplate } from './rtpPacket.ts'

const HISTORY = 1024

/** Where packets go; also the owner of the transport-wide sequence numbers. */
export interface PacketSink {
  readonly open: boolean
  sendRtp(packet: Buffer): void
  sendRtcp(packet: Buffer): void
  nextTransportSequence(): number
}

export interface OutboundStreamOptions {
  sink: PacketSink
  kind: 'audio' | 'video'
  ssrc: number
  payloadType: number
  rtx: { ssrc: number; payloadType: number } | undefined
  mid: string
  rid: string | undefined
  cname: string
  extensionIds: Partial<Record<ExtensionName, number>>
}

/** What a packet needs besides its recording to be built a second time. */
interface SentPacket {
  sequence: number
  recorded: TracePacket
  timestamp: number
  pictureId: number
  tl0PictureIndex: number
}

/** One encoding on the wire: an SSRC and its retransmission SSRC. Lives as long as its player. */
export class OutboundStream {
  readonly ssrc: number
  readonly rid: string | undefined
  /** True from the activation of a video encoding to its next key frame: what comes before can't be decoded. */
  awaitsKeyFrame = false
  packetsSent = 0
  bytesSent = 0
  framesSent = 0
  keyFramesSent = 0
  retransmittedPacketsSent = 0
  retransmittedBytesSent = 0
  nackCount = 0
  pliCount = 0
  firCount = 0
  lastReport: ReportBlock | undefined
  roundTripMs: number | undefined
  readonly #options: OutboundStreamOptions
  readonly #template: RtpTemplate
  readonly #rtxTemplate: RtpTemplate | undefined
  readonly #history: (SentPacket | undefined)[] = new Array(HISTORY)
  // Below the middle: libsrtp takes a first sequence number near the wrap for one of the round before.
  #sequence = randomInt(0x8000)
  #rtxSequence = randomInt(0x8000)
  readonly #timestampOffset = randomInt(2 ** 32)
  #active = true
  #pictureId = randomInt(0x8000)
  #tl0PictureIndex = randomInt(0x100)

  constructor(options: OutboundStreamOptions) {
    const { kind, ssrc, payloadType, rtx, mid, rid, extensionIds } = options
    this.#options = options
    this.ssrc = ssrc
    this.rid = rid
    this.#template = new RtpTemplate({ ssrc, payloadType, extensionIds, mid, rid, audioLevel: kind === 'audio' })
    this.#rtxTemplate = rtx && new RtpTemplate({ ...rtx, extensionIds, mid, repairedRid: rid })
  }

  get active(): boolean {
    return this.#active
  }

  set active(active: boolean) {
    if (active && !this.#active) this.awaitsKeyFrame = this.#options.kind === 'video'
    this.#active = active
  }

  get rtxSsrc(): number | undefined {
    return this.#options.rtx?.ssrc
  }

  /** `clock` is the player's RTP time, to which each stream adds a random offset of its own. */
  send(recorded: TracePacket, clock: number, nowMs: number): void {
    if (recorded.frameStart) {
      this.#pictureId = (this.#pictureId + 1) & 0x7fff
      if (recorded.temporalLayer === 0) this.#tl0PictureIndex = (this.#tl0PictureIndex + 1) & 0xff
      this.framesSent += 1
    }
    if (recorded.keyFrame) {
      this.keyFramesSent += 1
      this.awaitsKeyFrame = false
    }
    const sent: SentPacket = {
      sequence: this.#sequence,
      recorded,
      timestamp: this.#toTimestamp(clock),
      pictureId: this.#pictureId,
      tl0PictureIndex: this.#tl0PictureIndex,
    }
    this.#sequence = (this.#sequence + 1) & 0xffff
    this.#history[sent.sequence % HISTORY] = sent
    const packet = this.#build(sent, nowMs)
    this.packetsSent += 1
    this.bytesSent += recorded.payload.length
    this.#options.sink.sendRtp(packet)
  }

  retransmit(sequences: number[], nowMs: number): void {
    this.nackCount += 1
    for (const sequence of sequences) {
      const sent = this.#history[sequence % HISTORY]
      if (sent === undefined || sent.sequence !== sequence) continue
      this.retransmittedPacketsSent += 1
      this.retransmittedBytesSent += sent.recorded.payload.length
      this.#options.sink.sendRtp(
        this.#rtxTemplate ? this.#buildRtx(sent, this.#rtxTemplate, nowMs) : this.#build(sent, nowMs),
      )
    }
  }

  report(clock: number, unixMs: number): void {
    if (this.packetsSent === 0) return
    this.#options.sink.sendRtcp(
      writeSenderReport({
        ssrc: this.ssrc,
        unixMs,
        rtpTimestamp: this.#toTimestamp(clock),
        packetsSent: this.packetsSent,
        bytesSent: this.bytesSent,
        cname: this.#options.cname,
      }),
    )
  }

  handleReport(block: ReportBlock): void {
    this.lastReport = block
    if (block.lastSenderReport === 0) return
    const elapsed = (compactNtp(Date.now()) - block.lastSenderReport - block.delaySinceLastSenderReport) | 0
    this.roundTripMs = Math.max(0, (elapsed / 65536) * 1000)
  }

  #toTimestamp(clock: number): number {
    return (Math.round(clock) + this.#timestampOffset) >>> 0
  }

  #build(sent: SentPacket, nowMs: number): Buffer {
    const template = this.#template
    const packet = template.begin(headerOf(sent, sent.recorded.payload.length, sent.sequence))
    template.stamp(packet, nowMs, () => this.#options.sink.nextTransportSequence())
    writePayload(packet, template.length, sent)
    return packet
  }

  /** RFC 4588: the original sequence number, then the original payload. */
  #buildRtx(sent: SentPacket, template: RtpTemplate, nowMs: number): Buffer {
    const packet = template.begin(headerOf(sent, sent.recorded.payload.length + 2, this.#rtxSequence))
    this.#rtxSequence = (this.#rtxSequence + 1) & 0xffff
    template.stamp(packet, nowMs, () => this.#options.sink.nextTransportSequence())
    packet.writeUInt16BE(sent.sequence, template.length)
    writePayload(packet, template.length + 2, sent)
    return packet
  }
}

function headerOf(sent: SentPacket, payloadLength: number, sequence: number) {
  const { marker, audioLevel } = sent.recorded
  const header = { payloadLength, marker, sequence, timestamp: sent.timestamp }
  return audioLevel === undefined ? header : { ...header, audioLevel }
}

/** Copies the payload and gives it the picture ids of this stream, which go on over the end of the loop. */
function writePayload(packet: Buffer, at: number, { recorded, pictureId, tl0PictureIndex }: SentPacket): void {
  recorded.payload.copy(packet, at)
  if (recorded.pictureIdAt >= 0) {
    const pictureIdAt = at + recorded.pictureIdAt
    if (recorded.longPictureId) packet.writeUInt16BE(0x8000 | pictureId, pictureIdAt)
    else packet.writeUInt8(pictureId & 0x7f, pictureIdAt)
  }
  if (recorded.tl0PictureIndexAt >= 0) packet.writeUInt8(tl0PictureIndex, at + recorded.tl0PictureIndexAt)
}
