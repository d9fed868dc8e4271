import { afterEach, beforeEach, expect, test } from 'vitest'
import { audioTrack, videoTrack } from '../support/headless/TraceTrack.ts'
import { until } from '../support/until.ts'
import { ChromiumPage } from '../support/worker/ChromiumPage.ts'
import { TestWorker } from '../support/worker/TestWorker.ts'
import { WorkerPeer } from '../support/worker/WorkerPeer.ts'

let worker: TestWorker
let peer: WorkerPeer
let page: ChromiumPage

beforeEach(async () => {
  worker = await TestWorker.create()
  peer = await WorkerPeer.create(worker)
  page = await ChromiumPage.open(worker)
})

afterEach(async () => {
  await page.close()
  peer.close()
  worker.close()
})

test('Chromium decodes a recorded loop over its seams as one stream', async () => {
  const video = await peer.produce(videoTrack())
  const voice = await peer.produce(audioTrack('talking'))
  const { durationMs, packets } = videoTrack().trace
  const framesInLoop = packets.filter(({ layer, marker }) => layer === 2 && marker).length
  await page.consume([video.server.id, voice.server.id])
  await until(async () => Number((await inbound('video')).framesDecoded) > 0)

  await until(async () => Number((await inbound('video')).framesDecoded) > 2.2 * framesInLoop, {
    deadlineMs: 3.5 * durationMs,
    everyMs: 250,
  })

  const picture = await inbound('video')
  const sound = await inbound('audio')
  expect(picture).toMatchObject({ frameWidth: 1280, frameHeight: 720, packetsLost: 0 })
  // At a broken seam the decoder would ask for a key frame, at each of the two turns.
  expect(picture.pliCount).toBeLessThanOrEqual(1)
  expect(sound.packetsLost).toBe(0)
  expect(Number(sound.totalAudioEnergy)).toBeGreaterThan(0)
})

test("a headless peer receives all layers of Chromium's camera, and every handshake ends in AES-GCM", async () => {
  const camera = await page.produce('camera')
  const microphone = await page.produce('microphone')
  const received = await peer.consume([camera.id, microphone.id])
  await until(() => received.every(({ track }) => track.packetsReceived > 50), { deadlineMs: 20_000 })
  expect(received.map(({ track }) => track.receivedFraction)).toEqual([1, 1])
  const suites = await worker.srtpSuites(2)
  expect(suites.every((suite) => /^SRTP_AEAD_AES_(256|128)_GCM$/.test(suite))).toBe(true)
})

async function inbound(kind: string): Promise<Record<string, unknown>> {
  const entry = (await page.stats('recv', 'inbound-rtp')).find(
    (stats) => stats.kind === kind && stats.mid !== 'probator',
  )
  return entry ?? {}
}
