import type { Trace, TracePacket } from '../traces/Trace.ts'
import type { OutboundStream, PacketSink } from './OutboundStream.ts'
import { joinPacer, leavePacer, type Paced } from './pacer.ts'
import type { TraceTrack } from './TraceTrack.ts'

const REPORT_INTERVAL_MS = 1000
/** libwebrtc answers no request for a key frame sooner than this after the last one. */
const KEY_FRAME_INTERVAL_MS = 300
/** A process that was held up goes on from now instead of sending all that it missed in one burst. */
const MAX_LATENESS_MS = 500
const MIN_FRAME_MS = 20

/**
 * Plays the trace of one producer in a loop into its streams: the last stream gets the largest layer, the one before the
 * next smaller, and so on. Owned by the handler from send() to stopSending().
 */
export class TracePlayer implements Paced {
  readonly streams: OutboundStream[]
  readonly #sink: PacketSink
  readonly #clockRate: number
  #track: TraceTrack | null = null
  #trace: Trace | undefined
  #paused = false
  #position = 0
  /** When the packet at time 0 of the loop was or would have been due. */
  #loopStart = 0
  #running = false
  #keyFrameWanted = false
  #lastKeyFrameAt = Number.NEGATIVE_INFINITY
  #lastClock = Number.NEGATIVE_INFINITY
  #nextReportAt = 0
  #reported = new Set<OutboundStream>()

  constructor(options: { sink: PacketSink; streams: OutboundStream[]; clockRate: number; track: TraceTrack }) {
    this.#sink = options.sink
    this.streams = options.streams
    this.#clockRate = options.clockRate
    this.setTrack(options.track)
    joinPacer(this)
  }

  get track(): TraceTrack | null {
    return this.#track
  }

  setTrack(track: TraceTrack | null): void {
    this.#track = track
    this.#trace = track?.trace
    this.#running = false
  }

  setPaused(paused: boolean): void {
    this.#paused = paused
  }

  /** An encoding that becomes active starts with a key frame. */
  setActive(isActive: (index: number) => boolean): void {
    this.streams.forEach((stream, index) => {
      stream.active = isActive(index)
    })
    if (this.streams.some((stream) => stream.awaitsKeyFrame)) this.#keyFrameWanted = true
  }

  /** The next packet that may be cut before is followed by key frames in all layers. */
  requestKeyFrame(): void {
    this.#keyFrameWanted = true
  }

  stop(): void {
    leavePacer(this)
  }

  tick(nowMs: number): void {
    const trace = this.#trace
    // A disabled camera sends black frames and a disabled microphone silence; here both send nothing.
    if (
      trace === undefined ||
      this.#paused ||
      !this.#track?.enabled ||
      this.#track.readyState === 'ended' ||
      !this.#sink.open
    ) {
      this.#running = false
      return
    }
    if (!this.#running) this.#start(trace, nowMs)
    this.#playDue(trace, nowMs)
    if (nowMs >= this.#nextReportAt) {
      this.#nextReportAt = nowMs + REPORT_INTERVAL_MS
      for (const stream of this.streams) this.#report(stream, nowMs)
    }
  }

  /** Each player starts elsewhere in the loop: streams in step would send their packets in bursts that no network sees. */
  #start(trace: Trace, nowMs: number): void {
    this.#running = true
    const entry = trace.entryPoints[Math.floor(Math.random() * trace.entryPoints.length)] ?? 0
    const phase = Math.random() * 30
    this.#jump(trace, entry, nowMs + phase)
  }

  /** The frame jumped to may have been captured longer before it was sent than the last one: clocks must not run back. */
  #jump(trace: Trace, index: number, dueMs: number): void {
    const entry = trace.packets[index]
    this.#position = index
    this.#loopStart = dueMs - (entry?.atMs ?? 0)
    const shortMs =
      MIN_FRAME_MS -
      ((this.#toClock(this.#loopStart) + (entry?.timestamp ?? 0) - this.#lastClock) / this.#clockRate) * 1000
    if (shortMs > 0) this.#loopStart += shortMs
    this.#keyFrameWanted = false
    this.#lastKeyFrameAt = dueMs
  }

  #playDue(trace: Trace, nowMs: number): void {
    for (;;) {
      let packet = this.#next(trace)
      if (this.#keyFrameWanted && packet.cleanCut) packet = this.#answerKeyFrameRequest(trace, packet, nowMs)
      const due = this.#loopStart + packet.atMs
      if (due > nowMs) return
      if (nowMs - due > MAX_LATENESS_MS) this.#loopStart += nowMs - due
      this.#position += 1
      this.#send(packet, trace.header.layers.length, nowMs)
    }
  }

  #next(trace: Trace): TracePacket {
    if (this.#position >= trace.packets.length) {
      this.#position = 0
      this.#loopStart += trace.durationMs
    }
    const packet = trace.packets[this.#position]
    if (packet === undefined) throw new Error('empty trace')
    return packet
  }

  #answerKeyFrameRequest(trace: Trace, packet: TracePacket, nowMs: number): TracePacket {
    if (nowMs - this.#lastKeyFrameAt < KEY_FRAME_INTERVAL_MS) {
      this.#keyFrameWanted = this.streams.some((stream) => stream.active && stream.awaitsKeyFrame)
      return packet
    }
    const next = trace.entryPoints.find((index) => index >= this.#position) ?? trace.entryPoints[0] ?? 0
    this.#jump(trace, next, nowMs)
    return this.#next(trace)
  }

  #send(packet: TracePacket, layerCount: number, nowMs: number): void {
    const stream = this.streams[packet.layer - layerCount + this.streams.length]
    if (packet.keyFrame) this.#lastKeyFrameAt = nowMs
    const clock = this.#toClock(this.#loopStart) + packet.timestamp
    this.#lastClock = Math.max(this.#lastClock, clock)
    if (!stream?.active || (stream.awaitsKeyFrame && !packet.keyFrame)) return
    stream.send(packet, clock, nowMs)
    // A server can switch to a layer only when it knows how that layer's clock relates to the others.
    if (!this.#reported.has(stream)) this.#report(stream, nowMs)
  }

  #report(stream: OutboundStream, nowMs: number): void {
    this.#reported.add(stream)
    if (stream.active) stream.report(this.#toClock(nowMs), performance.timeOrigin + nowMs)
  }

  #toClock(ms: number): number {
    return (ms / 1000) * this.#clockRate
  }
}
