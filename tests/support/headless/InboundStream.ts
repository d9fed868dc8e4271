import { Vp8View } from '../traces/Vp8View.ts'
import { type ReportBlock, writeNack, writePictureLoss } from './rtcpPacket.ts'
import { circularDistance, type RtpView } from './rtpPacket.ts'

/** Behind the highest number, packets are told apart from their copies within this window. */
const WINDOW = 2048
const NACK_RETRY_MS = 60
const NACK_TRIES = 10
const PICTURE_LOSS_INTERVAL_MS = 500
/** libwebrtc gives up a gap as wide as this and starts over. */
const MAX_GAP = 1000

export interface InboundStreamOptions {
  ssrc: number
  mimeType: string
  clockRate: number
  nack: boolean
}

interface MissingPacket {
  retryAt: number
  tries: number
}

const vp8 = new Vp8View()

/** What arrives for one consumer: counts it, asks again for what is missing. Lives as long as its consumer. */
export class InboundStream {
  readonly options: InboundStreamOptions
  packetsReceived = 0
  bytesReceived = 0
  retransmittedPacketsReceived = 0
  duplicates = 0
  framesReceived = 0
  /** VP8 only, as are the sizes. */
  keyFramesReceived = 0
  frameWidth = 0
  frameHeight = 0
  nackCount = 0
  pliCount = 0
  jitter = 0
  lastPacketAt = 0
  paused = false
  readonly #seen = new Int32Array(WINDOW).fill(-1)
  #first: number | undefined
  #highest = 0
  #expectedBeforePause = 0
  /**
   * A simulcast consumer that switches layers in the middle of a frame leaves one number out before the key frame, so that
   * a decoder sees the broken frame as such (mediasoup issue 408). Such a number was never sent; it counts as expected
   * only if it comes after all.
   */
  readonly #skipped = new Set<number>()
  #lastKeyFrame = 0
  readonly #missing = new Map<number, MissingPacket>()
  readonly #isVp8: boolean
  /** What comes could not be decoded: there was no key frame yet, or a packet is lost for good. */
  #awaitsKeyFrame = false
  #nextPictureLossAt = 0
  #lastTransit: number | undefined
  #senderReport = { compactNtp: 0, at: 0 }
  #reported = { expected: 0, received: 0 }

  constructor(options: InboundStreamOptions) {
    this.options = options
    this.#isVp8 = options.mimeType.toLowerCase() === 'video/vp8'
  }

  /** Packets from the first to the highest sequence number seen; pauses and what layer switches skip left out. */
  get expected(): number {
    const sinceFirst = this.#first === undefined ? 0 : this.#highest - this.#first + 1
    return this.#expectedBeforePause + sinceFirst - this.#skipped.size
  }

  get packetsLost(): number {
    return this.expected - this.packetsReceived
  }

  /** Answers a NACK to send at once, if there is a new gap. */
  receive(view: RtpView, nowMs: number): Buffer | undefined {
    if (this.paused) return undefined
    return this.#take(view, view.sequence, view.payloadStart, nowMs)
  }

  /** RFC 4588; a packet without payload is padding that probes the bandwidth. */
  receiveRtx(view: RtpView, nowMs: number): Buffer | undefined {
    if (this.paused || view.payloadEnd - view.payloadStart < 3) return undefined
    this.retransmittedPacketsReceived += 1
    return this.#take(view, view.packet.readUInt16BE(view.payloadStart), view.payloadStart + 2, nowMs)
  }

  #take(view: RtpView, sequence: number, payloadStart: number, nowMs: number): Buffer | undefined {
    const extended = this.#extend(sequence)
    const slot = ((extended % WINDOW) + WINDOW) % WINDOW
    if (this.#seen[slot] === extended) {
      this.duplicates += 1
      return undefined
    }
    if (this.#first === undefined) {
      this.#first = extended
      this.#highest = extended - 1
    }
    if (extended < this.#first || extended <= this.#highest - WINDOW) return undefined
    const previousHighest = this.#highest
    this.#highest = Math.max(this.#highest, extended)
    this.#seen[slot] = extended
    this.#missing.delete(extended)
    this.#skipped.delete(extended)
    if (this.#count(view, payloadStart, nowMs)) {
      this.#lastKeyFrame = extended
      if (extended === previousHighest + 2) this.#skipped.add(previousHighest + 1)
    }
    return extended > previousHighest + 1 ? this.#reportGap(previousHighest + 1, extended, nowMs) : undefined
  }

  /** True for the first packet of a key frame. */
  #count(view: RtpView, payloadStart: number, nowMs: number): boolean {
    this.packetsReceived += 1
    this.bytesReceived += view.payloadEnd - payloadStart
    this.lastPacketAt = nowMs
    if (view.marker) this.framesReceived += 1
    this.#updateJitter(view.timestamp, nowMs)
    if (!this.#isVp8 || !vp8.read(view.packet, payloadStart, view.payloadEnd)) return false
    if (!vp8.keyFrame) {
      if (this.keyFramesReceived === 0) this.#awaitsKeyFrame = true
      return false
    }
    this.#awaitsKeyFrame = false
    this.keyFramesReceived += 1
    this.frameWidth = vp8.width
    this.frameHeight = vp8.height
    return true
  }

  /** A PLI, when a browser would send one. */
  requestMissingKeyFrame(nowMs: number): Buffer | undefined {
    if (!this.#awaitsKeyFrame || nowMs < this.#nextPictureLossAt) return undefined
    this.#nextPictureLossAt = nowMs + PICTURE_LOSS_INTERVAL_MS
    return this.requestKeyFrame()
  }

  requestKeyFrame(): Buffer {
    this.pliCount += 1
    return writePictureLoss(this.options.ssrc)
  }

  #extend(sequence: number): number {
    // One round up from zero, so that packets from before the first one do not become negative.
    if (this.#first === undefined) return 0x10000 + sequence
    return this.#highest + circularDistance(this.#highest & 0xffff, sequence)
  }

  #reportGap(from: number, to: number, nowMs: number): Buffer | undefined {
    if (!this.options.nack) return undefined
    if (to - from > MAX_GAP) {
      this.#missing.clear()
      this.#awaitsKeyFrame = this.#isVp8
      return undefined
    }
    const sequences: number[] = []
    for (let extended = from; extended < to; extended += 1) {
      this.#missing.set(extended, { retryAt: nowMs + NACK_RETRY_MS, tries: 1 })
      sequences.push(extended & 0xffff)
    }
    this.nackCount += 1
    return writeNack(this.options.ssrc, sequences)
  }

  /** A NACK for what is still missing and due to be asked for again. */
  retryMissing(nowMs: number): Buffer | undefined {
    if (this.#missing.size === 0) return undefined
    const sequences: number[] = []
    for (const [extended, missing] of this.#missing) {
      if (missing.retryAt > nowMs) continue
      if (missing.tries >= NACK_TRIES) {
        this.#missing.delete(extended)
        // Nothing after a key frame refers to what was before it.
        if (this.#isVp8 && extended > this.#lastKeyFrame) this.#awaitsKeyFrame = true
        continue
      }
      missing.tries += 1
      missing.retryAt = nowMs + NACK_RETRY_MS
      sequences.push(extended & 0xffff)
    }
    if (sequences.length === 0) return undefined
    this.nackCount += 1
    return writeNack(this.options.ssrc, sequences)
  }

  handleSenderReport(compact: number, nowMs: number): void {
    this.#senderReport = { compactNtp: compact, at: nowMs }
  }

  reportBlock(nowMs: number): ReportBlock | undefined {
    if (this.#first === undefined) return undefined
    const expected = this.expected - this.#reported.expected
    const lost = expected - (this.packetsReceived - this.#reported.received)
    this.#reported = { expected: this.expected, received: this.packetsReceived }
    return {
      ssrc: this.options.ssrc,
      fractionLost: expected > 0 && lost > 0 ? Math.min(255, Math.floor((lost * 256) / expected)) : 0,
      totalLost: Math.max(0, this.packetsLost),
      highestSequence: this.#highest - 0x10000,
      jitter: this.jitter,
      lastSenderReport: this.#senderReport.compactNtp,
      delaySinceLastSenderReport:
        this.#senderReport.compactNtp === 0 ? 0 : ((nowMs - this.#senderReport.at) / 1000) * 65536,
    }
  }

  /** A paused stream goes on somewhere else: what was sent meanwhile is neither expected nor lost. */
  setPaused(paused: boolean): void {
    if (this.paused === paused) return
    this.#expectedBeforePause = this.expected
    this.#first = undefined
    this.#seen.fill(-1)
    this.#skipped.clear()
    this.#lastKeyFrame = 0
    this.#missing.clear()
    this.paused = paused
  }

  #updateJitter(timestamp: number, nowMs: number): void {
    const transit = Math.round((nowMs / 1000) * this.options.clockRate) - timestamp
    if (this.#lastTransit !== undefined) {
      // The difference is modulo 2^32, as RTP timestamps are.
      const difference = Math.abs((transit - this.#lastTransit) | 0)
      this.jitter += (difference - this.jitter) / 16
    }
    this.#lastTransit = transit
  }
}
