import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'

/**
 * A trace is a loop of recorded RTP payloads with the times at which they came. On disk (gzip over all, big endian):
 *
 *     "TTRC"  u16 version  u32 length of the JSON header  JSON header (TraceHeader)
 *     for each packet in order of time:
 *       u8 layer  u8 flags (1: marker, 2: has an audio level)  u8 audio level byte as in RFC 6464
 *       u32 time since the start of the loop, in 0.1 ms
 *       i32 RTP timestamp since the start of the loop
 *       u16 length of the payload  payload
 */
export interface TraceHeader {
  kind: 'audio' | 'video'
  mimeType: string
  clockRate: number
  /** The loop's length in RTP clock ticks: exact, so that the clock does not drift from loop to loop. */
  durationTicks: number
  /** Spatial layers from small to large; one for audio. */
  layers: TraceLayer[]
  /** What made the recording; for people only. */
  recordedWith: string
}

export interface TraceLayer {
  width?: number
  height?: number
  /** Mean bits per second of payload. */
  bitrate: number
}

export interface RecordedPacket {
  layer: number
  marker: boolean
  audioLevel: number | undefined
  atMs: number
  timestamp: number
  payload: Buffer
}

export interface TraceFile {
  header: TraceHeader
  packets: RecordedPacket[]
}

const MAGIC = 'TTRC'
const VERSION = 1
const PACKET_HEADER = 13
const MARKER = 1
const HAS_AUDIO_LEVEL = 2

export function writeTraceFile(path: string, { header, packets }: TraceFile): number {
  const json = Buffer.from(JSON.stringify(header))
  const start = Buffer.alloc(10)
  start.write(MAGIC, 'latin1')
  start.writeUInt16BE(VERSION, 4)
  start.writeUInt32BE(json.length, 6)
  const records = packets.map((packet) => {
    const record = Buffer.alloc(PACKET_HEADER)
    record.writeUInt8(packet.layer, 0)
    record.writeUInt8((packet.marker ? MARKER : 0) | (packet.audioLevel === undefined ? 0 : HAS_AUDIO_LEVEL), 1)
    record.writeUInt8(packet.audioLevel ?? 0, 2)
    record.writeUInt32BE(Math.round(packet.atMs * 10), 3)
    record.writeInt32BE(packet.timestamp, 7)
    record.writeUInt16BE(packet.payload.length, 11)
    return Buffer.concat([record, packet.payload])
  })
  const compressed = gzipSync(Buffer.concat([start, json, ...records]), { level: 9 })
  writeFileSync(path, compressed)
  return compressed.length
}

export function readTraceFile(path: string | URL): TraceFile {
  const bytes = gunzipSync(readFileSync(path))
  if (bytes.toString('latin1', 0, 4) !== MAGIC) throw new Error(`not a trace file: ${String(path)}`)
  const version = bytes.readUInt16BE(4)
  if (version !== VERSION) throw new Error(`trace version ${version}, expected ${VERSION}: ${String(path)}`)
  const headerEnd = 10 + bytes.readUInt32BE(6)
  const header: TraceHeader = JSON.parse(bytes.toString('utf8', 10, headerEnd))
  const packets: RecordedPacket[] = []
  let at = headerEnd
  while (at < bytes.length) {
    const payloadStart = at + PACKET_HEADER
    const payloadEnd = payloadStart + bytes.readUInt16BE(at + 11)
    const flags = bytes.readUInt8(at + 1)
    packets.push({
      layer: bytes.readUInt8(at),
      marker: (flags & MARKER) !== 0,
      audioLevel: flags & HAS_AUDIO_LEVEL ? bytes.readUInt8(at + 2) : undefined,
      atMs: bytes.readUInt32BE(at + 3) / 10,
      timestamp: bytes.readInt32BE(at + 7),
      payload: bytes.subarray(payloadStart, payloadEnd),
    })
    at = payloadEnd
  }
  return { header, packets }
}
