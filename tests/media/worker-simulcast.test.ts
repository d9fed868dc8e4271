import { afterEach, beforeEach, expect, test } from 'vitest'
import { HeadlessHandler } from '../support/headless/HeadlessHandler.ts'
import { videoTrack } from '../support/headless/TraceTrack.ts'
import { until } from '../support/until.ts'
import { TestWorker } from '../support/worker/TestWorker.ts'
import { type Consuming, type Producing, WorkerPeer } from '../support/worker/WorkerPeer.ts'

const LAYERS = videoTrack().trace.header.layers

let worker: TestWorker
let speaker: WorkerPeer
let viewer: WorkerPeer
let video: Producing
let watched: Consuming

beforeEach(async () => {
  worker = await TestWorker.create()
  speaker = await WorkerPeer.create(worker)
  viewer = await WorkerPeer.create(worker)
  video = await speaker.produce(videoTrack())
  const [first] = await viewer.consume([video.server.id])
  if (first === undefined) throw new Error('nothing consumed')
  watched = first
})

afterEach(() => {
  viewer.close()
  speaker.close()
  worker.close()
})

test('the picture has the size and about the bitrate of the layer that the viewer prefers', async () => {
  const changes: (number | undefined)[] = []
  watched.server.on('layerschange', (layers) => changes.push(layers?.spatialLayer))
  for (const spatialLayer of [2, 0, 1]) {
    await watched.server.setPreferredLayers({ spatialLayer })
    await until(() => watched.server.currentLayers?.spatialLayer === spatialLayer, { what: `layer ${spatialLayer}` })
    const { width, height, bitrate } = LAYERS[spatialLayer] ?? { bitrate: 0 }
    await until(() => watched.track.getSettings().width === width, { what: () => watched.track.getSettings() })
    expect(watched.track.getSettings()).toMatchObject({ width, height })
    const measured = await measureBitrate(watched, 2000)
    expect(measured / bitrate).toBeGreaterThan(0.5)
    expect(measured / bitrate).toBeLessThan(1.7)
  }
  expect(changes.filter((layer, index) => layer !== changes[index - 1]).slice(-3)).toEqual([2, 0, 1])
  // What a busy machine dropped comes again.
  await until(() => watched.track.receivedFraction === 1, { what: () => watched.track.receivedFraction })
})

test("a viewer's request for a key frame reaches the sender and comes back as a key frame", async () => {
  const { handler } = viewer.client.recv
  if (!(handler instanceof HeadlessHandler)) throw new Error('not a headless viewer')
  await until(() => watched.track.keyFramesReceived > 0)
  const requestsBefore = await keyFrameRequests(video)
  const keyFramesBefore = watched.track.keyFramesReceived
  await until(async () => {
    handler.receiver.requestKeyFrame(watched.track.stream)
    return (await keyFrameRequests(video)) > requestsBefore && watched.track.keyFramesReceived > keyFramesBefore
  })
})

test('a layer that the sender switches off is left, and comes back with a key frame', async () => {
  await until(() => watched.track.getSettings().width === LAYERS[2]?.width)
  await video.client.setMaxSpatialLayer(0)
  await until(() => watched.track.getSettings().width === LAYERS[0]?.width, { deadlineMs: 20_000 })
  await video.client.setMaxSpatialLayer(2)
  await until(() => watched.track.getSettings().width === LAYERS[2]?.width, { deadlineMs: 20_000 })
})

/** Payload bits per second. */
async function measureBitrate({ track }: Consuming, durationMs: number): Promise<number> {
  const start = { at: performance.now(), bytes: track.bytesReceived }
  const end = await until(
    () => performance.now() - start.at >= durationMs && { at: performance.now(), bytes: track.bytesReceived },
  )
  return ((end.bytes - start.bytes) * 8000) / (end.at - start.at)
}

async function keyFrameRequests({ client }: Producing): Promise<number> {
  const entries = [...(await client.getStats()).values()].filter(({ type }) => type === 'outbound-rtp')
  return entries.reduce((sum, { pliCount, firCount }) => sum + pliCount + firCount, 0)
}
