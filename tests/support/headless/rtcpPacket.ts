/** The RTCP that a WebRTC endpoint speaks: RFC 3550 section 6, feedback RFC 4585 and RFC 5104. */

const SENDER_REPORT = 200
const RECEIVER_REPORT = 201
const SOURCE_DESCRIPTION = 202
const TRANSPORT_FEEDBACK = 205
const PAYLOAD_FEEDBACK = 206
const NACK_FORMAT = 1
const PLI_FORMAT = 1
const FIR_FORMAT = 4
const SECONDS_FROM_1900_TO_1970 = 2_208_988_800

export interface ReportBlock {
  ssrc: number
  /** Fraction of 256 since the last report. */
  fractionLost: number
  totalLost: number
  highestSequence: number
  jitter: number
  lastSenderReport: number
  delaySinceLastSenderReport: number
}

/** What `readRtcp` tells; only the messages that a headless peer acts upon. */
export interface RtcpListener {
  senderReport?(ssrc: number, compactNtp: number): void
  reportBlock?(block: ReportBlock): void
  nack?(ssrc: number, sequences: number[]): void
  pictureLoss?(ssrc: number): void
  fullIntraRequest?(ssrc: number): void
}

export function readRtcp(compound: Buffer, listener: RtcpListener): void {
  let offset = 0
  while (offset + 8 <= compound.length) {
    const count = compound.readUInt8(offset) & 0x1f
    const type = compound.readUInt8(offset + 1)
    const end = offset + (compound.readUInt16BE(offset + 2) + 1) * 4
    if (end > compound.length) return
    readOne(compound.subarray(offset, end), type, count, listener)
    offset = end
  }
}

function readOne(packet: Buffer, type: number, count: number, listener: RtcpListener): void {
  if (type === SENDER_REPORT && packet.length >= 28) {
    listener.senderReport?.(packet.readUInt32BE(4), packet.readUInt32BE(10))
    readReportBlocks(packet, 28, count, listener)
  } else if (type === RECEIVER_REPORT) {
    readReportBlocks(packet, 8, count, listener)
  } else if (type === TRANSPORT_FEEDBACK && count === NACK_FORMAT) {
    listener.nack?.(packet.readUInt32BE(8), readNackItems(packet))
  } else if (type === PAYLOAD_FEEDBACK && count === PLI_FORMAT) {
    listener.pictureLoss?.(packet.readUInt32BE(8))
  } else if (type === PAYLOAD_FEEDBACK && count === FIR_FORMAT) {
    for (let item = 12; item + 8 <= packet.length; item += 8) listener.fullIntraRequest?.(packet.readUInt32BE(item))
  }
}

function readReportBlocks(packet: Buffer, start: number, count: number, listener: RtcpListener): void {
  for (let index = 0, at = start; index < count && at + 24 <= packet.length; index += 1, at += 24) {
    listener.reportBlock?.({
      ssrc: packet.readUInt32BE(at),
      fractionLost: packet.readUInt8(at + 4),
      totalLost: packet.readIntBE(at + 5, 3),
      highestSequence: packet.readUInt32BE(at + 8),
      jitter: packet.readUInt32BE(at + 12),
      lastSenderReport: packet.readUInt32BE(at + 16),
      delaySinceLastSenderReport: packet.readUInt32BE(at + 20),
    })
  }
}

function readNackItems(packet: Buffer): number[] {
  const sequences: number[] = []
  for (let at = 12; at + 4 <= packet.length; at += 4) {
    const first = packet.readUInt16BE(at)
    const bitmask = packet.readUInt16BE(at + 2)
    sequences.push(first)
    for (let bit = 0; bit < 16; bit += 1) {
      if (bitmask & (1 << bit)) sequences.push((first + bit + 1) & 0xffff)
    }
  }
  return sequences
}

export interface SenderReport {
  ssrc: number
  unixMs: number
  rtpTimestamp: number
  packetsSent: number
  bytesSent: number
  cname: string
}

/** A sender report and its SDES item, which RFC 3550 wants in each compound packet. */
export function writeSenderReport(report: SenderReport): Buffer {
  const packet = Buffer.alloc(28)
  writeHeader(packet, 0, SENDER_REPORT)
  packet.writeUInt32BE(report.ssrc, 4)
  const seconds = Math.floor(report.unixMs / 1000)
  packet.writeUInt32BE((seconds + SECONDS_FROM_1900_TO_1970) >>> 0, 8)
  packet.writeUInt32BE(Math.floor((report.unixMs / 1000 - seconds) * 2 ** 32) >>> 0, 12)
  packet.writeUInt32BE(report.rtpTimestamp >>> 0, 16)
  packet.writeUInt32BE(report.packetsSent >>> 0, 20)
  packet.writeUInt32BE(report.bytesSent >>> 0, 24)
  return Buffer.concat([packet, writeCname(report.ssrc, report.cname)])
}

function writeCname(ssrc: number, cname: string): Buffer {
  const text = Buffer.from(cname)
  // One zero byte at least ends the list of items.
  const packet = Buffer.alloc(Math.ceil((10 + text.length + 1) / 4) * 4)
  writeHeader(packet, 1, SOURCE_DESCRIPTION)
  packet.writeUInt32BE(ssrc, 4)
  packet.writeUInt8(1, 8)
  packet.writeUInt8(text.length, 9)
  text.copy(packet, 10)
  return packet
}

export function writeReceiverReport(blocks: ReportBlock[]): Buffer {
  const packet = Buffer.alloc(8 + blocks.length * 24)
  writeHeader(packet, blocks.length, RECEIVER_REPORT)
  packet.writeUInt32BE(REPORTER_SSRC, 4)
  blocks.forEach((block, index) => {
    const at = 8 + index * 24
    packet.writeUInt32BE(block.ssrc, at)
    packet.writeUInt8(block.fractionLost, at + 4)
    packet.writeIntBE(Math.min(block.totalLost, 0x7fffff), at + 5, 3)
    packet.writeUInt32BE(block.highestSequence >>> 0, at + 8)
    packet.writeUInt32BE(Math.round(block.jitter) >>> 0, at + 12)
    packet.writeUInt32BE(block.lastSenderReport, at + 16)
    packet.writeUInt32BE(Math.round(block.delaySinceLastSenderReport) >>> 0, at + 20)
  })
  return packet
}

/** One RTPFB generic NACK; `sequences` in ascending order. */
export function writeNack(ssrc: number, sequences: number[]): Buffer {
  const items: { first: number; bitmask: number }[] = []
  for (const sequence of sequences) {
    const item = items.at(-1)
    const distance = item === undefined ? 0 : (sequence - item.first) & 0xffff
    if (item !== undefined && distance >= 1 && distance <= 16) item.bitmask |= 1 << (distance - 1)
    else items.push({ first: sequence & 0xffff, bitmask: 0 })
  }
  const packet = writeFeedback(TRANSPORT_FEEDBACK, NACK_FORMAT, ssrc, items.length * 4)
  items.forEach((item, index) => {
    packet.writeUInt16BE(item.first, 12 + index * 4)
    packet.writeUInt16BE(item.bitmask, 14 + index * 4)
  })
  return packet
}

export function writePictureLoss(ssrc: number): Buffer {
  return writeFeedback(PAYLOAD_FEEDBACK, PLI_FORMAT, ssrc, 0)
}

/** The SSRC that a receive-only endpoint reports with, as libwebrtc does. */
const REPORTER_SSRC = 1

/** Header, both SSRCs and room for `bodyLength` bytes (a multiple of 4). */
export function writeFeedback(type: number, format: number, mediaSsrc: number, bodyLength: number): Buffer {
  const packet = Buffer.alloc(12 + bodyLength)
  writeHeader(packet, format, type)
  packet.writeUInt32BE(REPORTER_SSRC, 4)
  packet.writeUInt32BE(mediaSsrc, 8)
  return packet
}

function writeHeader(packet: Buffer, count: number, type: number): void {
  packet.writeUInt8(0x80 | count, 0)
  packet.writeUInt8(type, 1)
  packet.writeUInt16BE(packet.length / 4 - 1, 2)
}

/** The middle 32 bits of an NTP time, as `lastSenderReport` and round-trip arithmetic want them. */
export function compactNtp(unixMs: number): number {
  return Math.floor((unixMs / 1000 + SECONDS_FROM_1900_TO_1970) * 65536) % 2 ** 32
}
