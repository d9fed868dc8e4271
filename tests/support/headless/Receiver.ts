import type { types } from 'mediasoup-client'
import { extensionIds } from './capabilities.ts'
import { InboundStream } from './InboundStream.ts'
import type { PeerLink } from './PeerLink.ts'
import { joinPacer, leavePacer, type Paced } from './pacer.ts'
import { type ReportBlock, readRtcp, writeReceiverReport } from './rtcpPacket.ts'
import { RtpView } from './rtpPacket.ts'
import { TransportFeedback } from './TransportFeedback.ts'

const FEEDBACK_INTERVAL_MS = 50
const REPORT_INTERVAL_MS = 1000
/** RFC 3550 counts report blocks with five bits. */
const MAX_REPORT_BLOCKS = 31

const view = new RtpView()

interface Route {
  stream: InboundStream
  isRtx: boolean
}

/** All that arrives on one receive transport: SSRC to stream, and the RTCP that answers. Owned by its handler. */
export class Receiver implements Paced {
  readonly #link: PeerLink
  readonly #routes = new Map<number, Route>()
  readonly #streams = new Set<InboundStream>()
  readonly #feedback = new TransportFeedback()
  #transportCcId: number | undefined
  #absSendTimeId: number | undefined
  #nextFeedbackAt = 0
  #nextReportAt = 0
  /** RTP of no consumer: what was in flight when one closed, or a mistake of the server. */
  unknownPackets = 0

  constructor(link: PeerLink) {
    this.#link = link
    joinPacer(this)
  }

  add(parameters: types.RtpParameters): InboundStream {
    const encoding = parameters.encodings?.[0]
    const codec = parameters.codecs[0]
    if (encoding?.ssrc === undefined || codec === undefined) throw new Error('a consumer needs an SSRC and a codec')
    const stream = new InboundStream({
      ssrc: encoding.ssrc,
      mimeType: codec.mimeType,
      clockRate: codec.clockRate,
      nack: codec.rtcpFeedback?.some(({ type, parameter }) => type === 'nack' && !parameter) ?? false,
    })
    this.#streams.add(stream)
    this.#routes.set(encoding.ssrc, { stream, isRtx: false })
    if (encoding.rtx !== undefined) this.#routes.set(encoding.rtx.ssrc, { stream, isRtx: true })
    const ids = extensionIds(parameters)
    if (codec.rtcpFeedback?.some(({ type }) => type === 'transport-cc')) this.#transportCcId ??= ids.transportCc
    this.#absSendTimeId ??= ids.absSendTime
    return stream
  }

  remove(stream: InboundStream): void {
    this.#streams.delete(stream)
    for (const [ssrc, route] of this.#routes) {
      if (route.stream === stream) this.#routes.delete(ssrc)
    }
  }

  stop(): void {
    leavePacer(this)
  }

  requestKeyFrame(stream: InboundStream): void {
    this.#link.sendRtcp(stream.requestKeyFrame())
  }

  handleRtp(packet: Buffer): void {
    if (!view.read(packet)) return
    this.#noteArrival()
    const route = this.#routes.get(view.ssrc)
    if (route === undefined) {
      this.unknownPackets += 1
      return
    }
    const now = performance.now()
    const nack = route.isRtx ? route.stream.receiveRtx(view, now) : route.stream.receive(view, now)
    if (nack !== undefined) this.#link.sendRtcp(nack)
  }

  handleRtcp(packet: Buffer): void {
    readRtcp(packet, {
      senderReport: (ssrc, compactNtp) =>
        this.#routes.get(ssrc)?.stream.handleSenderReport(compactNtp, performance.now()),
    })
  }

  tick(nowMs: number): void {
    if (!this.#link.open) return
    if (nowMs >= this.#nextFeedbackAt) {
      this.#nextFeedbackAt = nowMs + FEEDBACK_INTERVAL_MS
      this.#giveFeedback(nowMs)
    }
    if (nowMs >= this.#nextReportAt) {
      this.#nextReportAt = nowMs + REPORT_INTERVAL_MS
      this.#report(nowMs)
    }
  }

  #noteArrival(): void {
    if (this.#transportCcId === undefined) return
    const sequenceAt = view.findExtension(this.#transportCcId)
    if (sequenceAt < 0) return
    const sendTimeAt = this.#absSendTimeId === undefined ? -1 : view.findExtension(this.#absSendTimeId)
    const sendTime = sendTimeAt < 0 ? undefined : view.packet.readUIntBE(sendTimeAt, 3)
    this.#feedback.add(view.packet.readUInt16BE(sequenceAt), view.ssrc, sendTime)
  }

  #giveFeedback(nowMs: number): void {
    const feedback = this.#feedback.flush()
    if (feedback !== undefined) this.#link.sendRtcp(feedback)
    for (const stream of this.#streams) {
      const nack = stream.retryMissing(nowMs)
      if (nack !== undefined) this.#link.sendRtcp(nack)
      const pictureLoss = stream.requestMissingKeyFrame(nowMs)
      if (pictureLoss !== undefined) this.#link.sendRtcp(pictureLoss)
    }
  }

  #report(nowMs: number): void {
    const blocks: ReportBlock[] = []
    for (const stream of this.#streams) {
      const block = stream.reportBlock(nowMs)
      if (block !== undefined) blocks.push(block)
    }
    for (let start = 0; start < blocks.length; start += MAX_REPORT_BLOCKS) {
      this.#link.sendRtcp(writeReceiverReport(blocks.slice(start, start + MAX_REPORT_BLOCKS)))
    }
  }
}
