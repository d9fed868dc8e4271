import { writeFeedback } from './rtcpPacket.ts'
import { circularDistance } from './rtpPacket.ts'

const TRANSPORT_FEEDBACK = 205
const TRANSPORT_CC_FORMAT = 15
const TICK_MS = 0.25
const REFERENCE_MS = 64
const MAX_PACKETS = 400
const NOT_RECEIVED = 0
const SMALL_DELTA = 1
const LARGE_DELTA = 2

/**
 * Collects arrivals of one receive transport and writes transport-wide congestion feedback
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01). Lives as long as its transport.
 *
 * An arrival time is the packet's own abs-send-time where it has one: the report then describes a path without a queue, so
 * the server's estimate follows loss and what it sends, not the event loop of a busy test process, whose pauses would look
 * like congestion and cost the viewers their layers.
 */
export class TransportFeedback {
  #arrivals = new Map<number, number>()
  #nextSequence: number | undefined
  #highest = 0
  #feedbackCount = 0
  #mediaSsrc = 0
  #sendClock = new SendClock()

  /** `absSendTime` is the extension's 24 bits, undefined without the extension. */
  add(sequence: number, ssrc: number, absSendTime: number | undefined): void {
    const at = absSendTime === undefined ? performance.now() : this.#sendClock.toMs(absSendTime)
    this.#mediaSsrc = ssrc
    if (this.#nextSequence === undefined) {
      this.#nextSequence = sequence
      this.#highest = sequence
    }
    // A packet that came after its report went out stays reported as lost; its retransmission has a number of its own.
    if (circularDistance(this.#nextSequence, sequence) < 0) return
    if (circularDistance(this.#highest, sequence) > 0) this.#highest = sequence
    this.#arrivals.set(sequence, at)
  }

  /** One message for what arrived since the last call, or undefined. */
  flush(): Buffer | undefined {
    if (this.#nextSequence === undefined || this.#arrivals.size === 0) return undefined
    const base = this.#nextSequence
    const count = Math.min(circularDistance(base, this.#highest) + 1, MAX_PACKETS)
    this.#nextSequence = (base + count) & 0xffff
    const times: (number | undefined)[] = []
    for (let index = 0; index < count; index += 1) {
      const sequence = (base + index) & 0xffff
      times.push(this.#arrivals.get(sequence))
      this.#arrivals.delete(sequence)
    }
    const first = times.find((time) => time !== undefined)
    if (first === undefined) return undefined
    return this.#write(base, times, Math.floor(first / REFERENCE_MS))
  }

  #write(base: number, times: (number | undefined)[], reference: number): Buffer {
    const symbols: number[] = []
    const deltas: number[] = []
    let previousTicks = (reference * REFERENCE_MS) / TICK_MS
    for (const time of times) {
      if (time === undefined) {
        symbols.push(NOT_RECEIVED)
        continue
      }
      const ticks = Math.round(time / TICK_MS)
      const delta = Math.max(-32768, Math.min(32767, ticks - previousTicks))
      previousTicks += delta
      symbols.push(delta >= 0 && delta <= 255 ? SMALL_DELTA : LARGE_DELTA)
      deltas.push(delta)
    }
    const chunks = Math.ceil(symbols.length / 7)
    const received = symbols.filter((symbol) => symbol !== NOT_RECEIVED)
    const deltaBytes = received.reduce((sum, symbol) => sum + symbol, 0)
    const bodyLength = 8 + chunks * 2 + deltaBytes
    const packet = writeFeedback(
      TRANSPORT_FEEDBACK,
      TRANSPORT_CC_FORMAT,
      this.#mediaSsrc,
      Math.ceil(bodyLength / 4) * 4,
    )
    packet.writeUInt16BE(base, 12)
    packet.writeUInt16BE(times.length, 14)
    packet.writeUIntBE(reference & 0xffffff, 16, 3)
    packet.writeUInt8(this.#feedbackCount, 19)
    this.#feedbackCount = (this.#feedbackCount + 1) & 0xff
    let at = 20
    for (let start = 0; start < symbols.length; start += 7) at = packet.writeUInt16BE(vectorChunk(symbols, start), at)
    received.forEach((symbol, index) => {
      const delta = deltas[index] ?? 0
      at = symbol === SMALL_DELTA ? packet.writeUInt8(delta, at) : packet.writeInt16BE(delta, at)
    })
    return packet
  }
}

/** A status vector chunk: two bits for each of seven packets. */
function vectorChunk(symbols: number[], start: number): number {
  let chunk = 0xc000
  for (let index = 0; index < 7; index += 1) chunk |= (symbols[start + index] ?? NOT_RECEIVED) << (12 - index * 2)
  return chunk
}

/** Unwraps the 24 bits of abs-send-time (64 s) into milliseconds that only grow, give or take reordering. */
class SendClock {
  #last: number | undefined
  #unwrapped = 0

  toMs(value: number): number {
    // Starts high enough that a slightly older packet does not fall below zero.
    if (this.#last === undefined) this.#unwrapped = 2 ** 24 + value
    else this.#unwrapped += circularDistance(this.#last, value, 2 ** 24)
    this.#last = value
    return (this.#unwrapped / 2 ** 18) * 1000
  }
}
