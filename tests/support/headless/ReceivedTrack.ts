import { HeadlessTrack } from './HeadlessTrack.ts'
import type { InboundStream } from './InboundStream.ts'

/** The track of a consumer: not played but counted. */
export class ReceivedTrack extends HeadlessTrack {
  readonly stream: InboundStream

  constructor(kind: 'audio' | 'video', id: string, stream: InboundStream) {
    super(kind, id)
    this.stream = stream
  }

  clone(): ReceivedTrack {
    return new ReceivedTrack(this.kind, `${this.id}-clone`, this.stream)
  }

  /** Media packets, each once, whether it came at first or by retransmission. */
  get packetsReceived(): number {
    return this.stream.packetsReceived
  }

  /** How many there should be, from the first to the highest sequence number. */
  get expected(): number {
    return this.stream.expected
  }

  /** 1 when nothing is missing; also 1 before the first packet. */
  get receivedFraction(): number {
    return this.expected === 0 ? 1 : this.packetsReceived / this.expected
  }

  /** VP8 only. */
  get keyFramesReceived(): number {
    return this.stream.keyFramesReceived
  }

  get framesReceived(): number {
    return this.stream.framesReceived
  }

  get bytesReceived(): number {
    return this.stream.bytesReceived
  }

  /** Size of the last VP8 key frame. */
  override getSettings(): MediaTrackSettings {
    const { frameWidth, frameHeight } = this.stream
    return frameWidth === 0 ? super.getSettings() : { ...super.getSettings(), width: frameWidth, height: frameHeight }
  }
}
