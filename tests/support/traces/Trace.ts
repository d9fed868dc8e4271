import { type RecordedPacket, readTraceFile, type TraceHeader } from './traceFile.ts'
import { Vp8View } from './Vp8View.ts'

/** A recorded packet and what a player has to patch in it. */
export interface TracePacket extends RecordedPacket {
  frameStart: boolean
  keyFrame: boolean
  temporalLayer: number
  pictureIdAt: number
  longPictureId: boolean
  tl0PictureIndexAt: number
  /** No layer is inside a frame before this packet: a player may jump away from here. */
  cleanCut: boolean
}

/** One recording in memory, read once and shared by all who play it. */
export class Trace {
  readonly header: TraceHeader
  readonly packets: TracePacket[]
  /** Indices of packets where every layer starts a key frame: where a player may start or jump to. */
  readonly entryPoints: number[]
  readonly durationMs: number

  static read(path: string | URL): Trace {
    const { header, packets } = readTraceFile(path)
    return new Trace(header, packets)
  }

  constructor(header: TraceHeader, recorded: RecordedPacket[]) {
    this.header = header
    this.durationMs = (header.durationTicks / header.clockRate) * 1000
    this.packets = header.kind === 'video' ? describeVideo(recorded) : describeAudio(recorded)
    this.entryPoints =
      header.kind === 'video'
        ? findKeyPoints(this.packets, header.layers.length)
        : this.packets.map((_, index) => index)
    if (this.entryPoints[0] !== 0) throw new Error('a trace must start with a key frame in each layer')
  }
}

function describeAudio(recorded: RecordedPacket[]): TracePacket[] {
  return recorded.map((packet) => ({
    ...packet,
    frameStart: true,
    keyFrame: false,
    temporalLayer: 0,
    pictureIdAt: -1,
    longPictureId: false,
    tl0PictureIndexAt: -1,
    cleanCut: true,
  }))
}

function describeVideo(recorded: RecordedPacket[]): TracePacket[] {
  const view = new Vp8View()
  const layersInFrame = new Set<number>()
  return recorded.map((packet) => {
    view.read(packet.payload)
    const cleanCut = layersInFrame.size === 0
    if (packet.marker) layersInFrame.delete(packet.layer)
    else layersInFrame.add(packet.layer)
    return {
      ...packet,
      frameStart: view.frameStart,
      keyFrame: view.keyFrame,
      temporalLayer: view.temporalLayer,
      pictureIdAt: view.pictureIdAt,
      longPictureId: view.longPictureId,
      tl0PictureIndexAt: view.tl0PictureIndexAt,
      cleanCut,
    }
  })
}

/** A key point: the first of key frames of one capture instant in all layers, with no frame half sent before it. */
function findKeyPoints(packets: TracePacket[], layerCount: number): number[] {
  const layersByTimestamp = new Map<number, Set<number>>()
  const firstIndex = new Map<number, number>()
  packets.forEach((packet, index) => {
    if (!packet.keyFrame) return
    const layers = layersByTimestamp.get(packet.timestamp) ?? new Set()
    layersByTimestamp.set(packet.timestamp, layers.add(packet.layer))
    if (!firstIndex.has(packet.timestamp)) firstIndex.set(packet.timestamp, index)
  })
  return [...firstIndex]
    .filter(([timestamp, index]) => layersByTimestamp.get(timestamp)?.size === layerCount && packets[index]?.cleanCut)
    .map(([, index]) => index)
}
