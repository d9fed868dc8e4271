/** RTP on the wire: RFC 3550 section 5.1, header extensions RFC 8285, retransmission payload RFC 4588. */

export const EXTENSION_URI = {
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
  rid: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  repairedRid: 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  absSendTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  transportCc: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  audioLevel: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
} as const

export type ExtensionName = keyof typeof EXTENSION_URI

const FIXED_HEADER = 12
const ONE_BYTE_PROFILE = 0xbede

/** RFC 5761: with rtcp-mux the second byte tells RTCP (packet types 192 to 223) from RTP. */
export function isRtcp(packet: Buffer): boolean {
  const second = packet[1] ?? 0
  return second >= 192 && second <= 223
}

/**
 * A window on one received packet. One instance is filled again for each packet: at 20,000 packets a second an object for
 * each would cost more than the parsing.
 */
export class RtpView {
  packet: Buffer = Buffer.alloc(0)
  payloadType = 0
  marker = false
  sequence = 0
  timestamp = 0
  ssrc = 0
  payloadStart = 0
  payloadEnd = 0
  #extensionStart = 0
  #extensionEnd = 0
  #twoByte = false

  /** False if the packet is not RTP or is cut short. */
  read(packet: Buffer): boolean {
    if (packet.length < FIXED_HEADER) return false
    const first = packet.readUInt8(0)
    if (first >> 6 !== 2) return false
    const second = packet.readUInt8(1)
    this.packet = packet
    this.marker = second >= 128
    this.payloadType = second & 0x7f
    this.sequence = packet.readUInt16BE(2)
    this.timestamp = packet.readUInt32BE(4)
    this.ssrc = packet.readUInt32BE(8)
    let offset = FIXED_HEADER + (first & 0x0f) * 4
    this.#extensionStart = 0
    this.#extensionEnd = 0
    if (first & 0x10) {
      if (packet.length < offset + 4) return false
      this.#twoByte = packet.readUInt16BE(offset) !== ONE_BYTE_PROFILE
      this.#extensionStart = offset + 4
      offset = this.#extensionStart + packet.readUInt16BE(offset + 2) * 4
      this.#extensionEnd = offset
    }
    this.payloadStart = offset
    this.payloadEnd = packet.length - (first & 0x20 ? packet.readUInt8(packet.length - 1) : 0)
    return this.payloadEnd >= this.payloadStart
  }

  payload(): Buffer {
    return this.packet.subarray(this.payloadStart, this.payloadEnd)
  }

  /** Where the value of an extension starts in the packet, or -1. */
  findExtension(id: number): number {
    let offset = this.#extensionStart
    while (offset < this.#extensionEnd) {
      const byte = this.packet.readUInt8(offset)
      if (byte === 0) {
        offset += 1
      } else if (this.#twoByte) {
        if (byte === id) return offset + 2
        offset += 2 + this.packet.readUInt8(offset + 1)
      } else {
        if (byte >> 4 === id) return offset + 1
        offset += 2 + (byte & 0x0f)
      }
    }
    return -1
  }
}

export interface TemplateOptions {
  ssrc: number
  payloadType: number
  /** Negotiated ids; what is not negotiated is not sent. */
  extensionIds: Partial<Record<ExtensionName, number>>
  mid?: string | undefined
  rid?: string | undefined
  repairedRid?: string | undefined
  audioLevel?: boolean
}

/** The header of one stream, prepared once: a packet copies it and patches what changes. */
export class RtpTemplate {
  readonly length: number
  readonly #header: Buffer
  readonly #absSendTimeAt: number
  readonly #transportCcAt: number
  readonly #audioLevelAt: number

  constructor({ ssrc, payloadType, extensionIds, mid, rid, repairedRid, audioLevel }: TemplateOptions) {
    const elements: Buffer[] = []
    let offset = FIXED_HEADER + 4
    const append = (id: number | undefined, value: Buffer | undefined): number => {
      if (id === undefined || value === undefined || value.length === 0) return -1
      elements.push(Buffer.from([(id << 4) | (value.length - 1)]), value)
      const valueAt = offset + 1
      offset += 1 + value.length
      return valueAt
    }
    append(extensionIds.mid, mid === undefined ? undefined : Buffer.from(mid))
    append(extensionIds.rid, rid === undefined ? undefined : Buffer.from(rid))
    append(extensionIds.repairedRid, repairedRid === undefined ? undefined : Buffer.from(repairedRid))
    this.#absSendTimeAt = append(extensionIds.absSendTime, Buffer.alloc(3))
    this.#transportCcAt = append(extensionIds.transportCc, Buffer.alloc(2))
    this.#audioLevelAt = append(audioLevel ? extensionIds.audioLevel : undefined, Buffer.alloc(1))

    const values = Buffer.concat(elements)
    const words = Math.ceil(values.length / 4)
    this.length = words === 0 ? FIXED_HEADER : FIXED_HEADER + 4 + words * 4
    this.#header = Buffer.alloc(this.length)
    this.#header[0] = words === 0 ? 0x80 : 0x90
    this.#header[1] = payloadType
    this.#header.writeUInt32BE(ssrc, 8)
    if (words > 0) {
      this.#header.writeUInt16BE(ONE_BYTE_PROFILE, FIXED_HEADER)
      this.#header.writeUInt16BE(words, FIXED_HEADER + 2)
      values.copy(this.#header, FIXED_HEADER + 4)
    }
  }

  /** A new packet with room for the payload, which the caller fills from `length` on. */
  begin(fields: {
    payloadLength: number
    marker: boolean
    sequence: number
    timestamp: number
    audioLevel?: number
  }): Buffer {
    const packet = Buffer.allocUnsafe(this.length + fields.payloadLength)
    this.#header.copy(packet)
    if (fields.marker) packet[1] = (packet[1] ?? 0) | 0x80
    packet.writeUInt16BE(fields.sequence & 0xffff, 2)
    packet.writeUInt32BE(fields.timestamp >>> 0, 4)
    if (this.#audioLevelAt > 0) packet[this.#audioLevelAt] = fields.audioLevel ?? 127
    return packet
  }

  /** The extensions that depend on the moment of sending; a retransmission gets new ones. */
  stamp(packet: Buffer, nowMs: number, nextTransportSequence: () => number): void {
    if (this.#absSendTimeAt > 0) packet.writeUIntBE(absSendTime(nowMs), this.#absSendTimeAt, 3)
    if (this.#transportCcAt > 0) packet.writeUInt16BE(nextTransportSequence(), this.#transportCcAt)
  }
}

/** Seconds as 6.18 fixed point, which wraps every 64 s. */
function absSendTime(nowMs: number): number {
  return Math.floor((nowMs / 1000) * 2 ** 18) & 0xffffff
}

/** The shortest way from one number to another on a circle of `size`: negative when `to` is behind. */
export function circularDistance(from: number, to: number, size = 0x10000): number {
  const forward = (((to - from) % size) + size) % size
  return forward < size / 2 ? forward : forward - size
}
