import { fileURLToPath } from 'node:url'
import type { types } from 'mediasoup'
import { EXTENSION_URI, RtpView } from '../headless/rtpPacket.ts'
import { until } from '../until.ts'
import { ChromiumPage } from '../worker/ChromiumPage.ts'
import { TestWorker } from '../worker/TestWorker.ts'
import { Trace } from './Trace.ts'
import { type RecordedPacket, type TraceLayer, writeTraceFile } from './traceFile.ts'
import { Vp8View } from './Vp8View.ts'

/**
 * Records the traces beside this file anew: a Chromium sends to a worker, a consumer that takes all layers as they are
 * (`pipe: true`) hands the packets over. Run it with
 *
 *     MEDIASOUP_WORKER_BIN=… node tests/support/traces/record.ts
 */

const LOOP_MS = 6000
/** Key frames inside the loop, where a player can go on after a request for one. */
const KEY_FRAME_EVERY_MS = 1500
const LAYERS = 3
/** The encoder starts below its target and climbs for some seconds. */
const TOP_LAYER_BITRATE = 1_000_000
/** Shorter than the shortest time between two frames. */
const MAX_FRAME_SPREAD_MS = 12

interface Arrival {
  packet: Buffer
  atMs: number
}

interface Recording {
  consumer: types.Consumer
  arrivals: Arrival[]
}

const worker = await TestWorker.create()
const page = await ChromiumPage.open(worker)
try {
  const [camera, voice, silence] = [await record('camera'), await record('voice'), await record('silence')]
  await until(() => topLayerBitrate(camera) > TOP_LAYER_BITRATE, {
    deadlineMs: 60_000,
    everyMs: 500,
    what: () => `the top layer at ${Math.round(topLayerBitrate(camera))} bit/s`,
  })
  for (const recording of [camera, voice, silence]) recording.arrivals.length = 0
  await requestKeyFramesFor(camera, LOOP_MS + KEY_FRAME_EVERY_MS)
  save('camera', camera, cutAtKeyFrames(camera))
  save('talking', voice, cutByTime(voice))
  save('silent', silence, cutByTime(silence))
} finally {
  await page.close()
  worker.close()
}

async function record(source: 'camera' | 'voice' | 'silence'): Promise<Recording> {
  const producer = await page.produce(source)
  const transport = await worker.router.createDirectTransport()
  const consumer = await transport.consume({
    producerId: producer.id,
    rtpCapabilities: worker.router.rtpCapabilities,
    pipe: true,
  })
  const arrivals: Arrival[] = []
  consumer.on('rtp', (packet) => arrivals.push({ packet: Buffer.from(packet), atMs: performance.now() }))
  return { consumer, arrivals }
}

function topLayerBitrate({ consumer, arrivals }: Recording): number {
  const since = performance.now() - 2000
  const ssrc = consumer.rtpParameters.encodings?.[LAYERS - 1]?.ssrc
  const bytes = arrivals
    .filter(({ atMs, packet }) => atMs > since && packet.readUInt32BE(8) === ssrc)
    .reduce((sum, { packet }) => sum + packet.length, 0)
  return (bytes * 8) / 2
}

async function requestKeyFramesFor({ consumer }: Recording, durationMs: number): Promise<void> {
  const start = performance.now()
  let requested = 0
  await until(
    async () => {
      const elapsed = performance.now() - start
      if (elapsed >= requested * KEY_FRAME_EVERY_MS) {
        requested += 1
        await consumer.requestKeyFrame()
      }
      return elapsed >= durationMs + 500
    },
    { deadlineMs: durationMs + 5000, everyMs: 10 },
  )
}

/** From one key frame of all layers up to the first one that is at least a loop later. */
function cutAtKeyFrames(recording: Recording): { packets: RecordedPacket[]; durationTicks: number } {
  const packets = read(recording)
  const trace = new Map<number, Map<number, number>>()
  const vp8 = new Vp8View()
  packets.forEach((packet, index) => {
    if (!vp8.read(packet.payload) || !vp8.keyFrame) return
    // Layers of one instant come within some milliseconds, instants are hundreds apart.
    const instant = [...trace.keys()].find((at) => Math.abs(at - packet.atMs) < 150) ?? packet.atMs
    trace.set(instant, (trace.get(instant) ?? new Map()).set(packet.layer, index))
  })
  const complete = [...trace.values()].filter((layers) => layers.size === LAYERS)
  const first = complete[0]
  const last = complete.find((layers) => timeAt(packets, layers, 0) - timeAt(packets, first, 0) >= LOOP_MS - 200)
  if (first === undefined || last === undefined) throw new Error('too few key frames were recorded')
  const start = Math.min(...[...first.values()].map((index) => packets[index]?.atMs ?? 0))
  const ticks = [0, 1, 2].map((layer) => timestampAt(packets, last, layer) - timestampAt(packets, first, layer))
  if (new Set(ticks).size !== 1) throw new Error(`the layers disagree about the length of the loop: ${ticks}`)
  const durationTicks = ticks[0] ?? 0
  const cut = packets.flatMap((packet, index) => {
    const from = first.get(packet.layer) ?? 0
    const to = last.get(packet.layer) ?? 0
    if (index < from || index >= to) return []
    const timestamp = (packet.timestamp - timestampAt(packets, first, packet.layer)) | 0
    return [{ ...packet, atMs: packet.atMs - start, timestamp }]
  })
  return { packets: cut, durationTicks }
}

function timeAt(packets: RecordedPacket[], layers: Map<number, number> | undefined, layer: number): number {
  return packets[layers?.get(layer) ?? -1]?.atMs ?? 0
}

function timestampAt(packets: RecordedPacket[], layers: Map<number, number>, layer: number): number {
  return packets[layers.get(layer) ?? -1]?.timestamp ?? 0
}

/** Audio has no key frames: any stretch of the wanted length will do. */
function cutByTime(recording: Recording): { packets: RecordedPacket[]; durationTicks: number } {
  const packets = read(recording)
  const first = packets[0]
  const end = packets.findIndex((packet) => packet.atMs >= (first?.atMs ?? 0) + LOOP_MS)
  const after = packets[end]
  if (first === undefined || after === undefined) throw new Error('too little audio was recorded')
  const cut = packets.slice(0, end).map((packet) => ({
    ...packet,
    atMs: packet.atMs - first.atMs,
    timestamp: (packet.timestamp - first.timestamp) | 0,
  }))
  return { packets: cut, durationTicks: (after.timestamp - first.timestamp) | 0 }
}

/** In order of sending: the path from the page to here may swap neighbours, and repeats what was lost. */
function read({ consumer, arrivals }: Recording): RecordedPacket[] {
  const { encodings = [], headerExtensions = [] } = consumer.rtpParameters
  const audioLevelId = headerExtensions.find(({ uri }) => uri === EXTENSION_URI.audioLevel)?.id ?? 0
  const expectedSequence = new Map<number, number>()
  return arrivals.flatMap(({ packet, atMs }) => {
    const view = new RtpView()
    if (!view.read(packet) || view.payloadEnd === view.payloadStart) return []
    const layer = encodings.findIndex(({ ssrc }) => ssrc === view.ssrc)
    if (layer < 0) return []
    const expected = expectedSequence.get(layer) ?? view.sequence
    if (view.sequence !== expected) throw new Error(`packets were lost or swapped in layer ${layer}: record again`)
    expectedSequence.set(layer, (view.sequence + 1) & 0xffff)
    const levelAt = view.findExtension(audioLevelId)
    return [
      {
        layer,
        marker: view.marker,
        audioLevel: levelAt < 0 ? undefined : packet.readUInt8(levelAt),
        atMs,
        timestamp: view.timestamp,
        payload: Buffer.from(view.payload()),
      },
    ]
  })
}

/**
 * Lets each frame come at the time of its capture. As recorded, the moods of the recording machine's scheduler would come
 * back in each loop, above all as a jump where a late frame begins it.
 */
function evenOut(packets: RecordedPacket[], clockRate: number): RecordedPacket[] {
  const frameArrivals = new Map<string, number>()
  return packets
    .map((packet) => {
      const frame = `${packet.layer} ${packet.timestamp}`
      const arrival = frameArrivals.get(frame) ?? packet.atMs
      frameArrivals.set(frame, arrival)
      const spread = Math.min(Math.max(0, packet.atMs - arrival), MAX_FRAME_SPREAD_MS)
      return { ...packet, atMs: (packet.timestamp / clockRate) * 1000 + spread }
    })
    .sort((a, b) => a.atMs - b.atMs)
}

function save(
  name: string,
  { consumer }: Recording,
  { packets: recorded, durationTicks }: { packets: RecordedPacket[]; durationTicks: number },
): void {
  const codec = consumer.rtpParameters.codecs[0]
  if (codec === undefined) throw new Error('no codec')
  const { mimeType, clockRate } = codec
  const packets = evenOut(recorded, clockRate)
  const seconds = durationTicks / clockRate
  const layerCount = consumer.kind === 'video' ? LAYERS : 1
  const layers = Array.from({ length: layerCount }, (_, layer) =>
    describeLayer(packets, consumer.kind, [layer, seconds]),
  )
  const header = {
    kind: consumer.kind,
    mimeType,
    clockRate,
    durationTicks,
    layers,
    recordedWith: 'Chromium, fake devices',
  }
  const path = fileURLToPath(new URL(`./${name}.trace`, import.meta.url))
  const bytes = writeTraceFile(path, { header, packets })
  const { entryPoints } = Trace.read(path)
  console.log(name, {
    bytes,
    seconds,
    packetsPerSecond: packets.length / seconds,
    entryPoints: entryPoints.length,
    layers,
  })
}

function describeLayer(
  packets: RecordedPacket[],
  kind: 'audio' | 'video',
  [layer, seconds]: [number, number],
): TraceLayer {
  const own = packets.filter((packet) => packet.layer === layer)
  const bitrate = Math.round((own.reduce((sum, { payload }) => sum + payload.length, 0) * 8) / seconds)
  if (kind === 'audio') return { bitrate }
  const vp8 = new Vp8View()
  const keyFrame = own.find(({ payload }) => vp8.read(payload) && vp8.width > 0)
  if (keyFrame === undefined) throw new Error(`no key frame in layer ${layer}`)
  return { width: vp8.width, height: vp8.height, bitrate }
}
