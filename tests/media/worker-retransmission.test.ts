import { afterEach, expect, test } from 'vitest'
import { videoTrack } from '../support/headless/TraceTrack.ts'
import { until } from '../support/until.ts'
import { TestWorker } from '../support/worker/TestWorker.ts'
import { WorkerPeer } from '../support/worker/WorkerPeer.ts'

const closers: (() => void)[] = []

afterEach(() => {
  for (const close of closers.splice(0).reverse()) close()
})

async function startWorker(): Promise<TestWorker> {
  const worker = await TestWorker.create()
  closers.push(() => worker.close())
  return worker
}

async function join(worker: TestWorker, options = {}): Promise<WorkerPeer> {
  const peer = await WorkerPeer.create(worker, options)
  closers.push(() => peer.close())
  return peer
}

/** Loses one packet of twenty, always the same ones. */
function oneInTwenty(): () => boolean {
  let count = 0
  return () => ++count % 20 === 0
}

test('what a viewer loses comes again from the worker by RTX', async () => {
  const worker = await startWorker()
  const speaker = await join(worker)
  const viewer = await join(worker, { losesReceived: oneInTwenty() })
  const video = await speaker.produce(videoTrack())
  const [received] = await viewer.consume([video.server.id])
  if (received === undefined) throw new Error('nothing consumed')
  const { track, server } = received

  await until(() => track.packetsReceived > 400 && track.stream.retransmittedPacketsReceived > 15, {
    deadlineMs: 20_000,
  })

  expect(track.receivedFraction).toBeGreaterThan(0.99)
  const [sent] = (await server.getStats()).filter(({ type }) => type === 'outbound-rtp')
  expect(sent?.nackCount).toBeGreaterThan(10)
  expect(sent?.packetsRetransmitted).toBeGreaterThanOrEqual(track.stream.retransmittedPacketsReceived)
})

test('what the worker loses it asks for, and the viewer misses nothing', async () => {
  const worker = await startWorker()
  const speaker = await join(worker, { losesSent: oneInTwenty() })
  const viewer = await join(worker)
  const video = await speaker.produce(videoTrack())
  const [received] = await viewer.consume([video.server.id])
  if (received === undefined) throw new Error('nothing consumed')
  const { track } = received

  const repaired = async () =>
    (await video.server.getStats()).reduce((sum, { packetsRepaired }) => sum + packetsRepaired, 0)
  await until(async () => track.packetsReceived > 400 && (await repaired()) > 15, { deadlineMs: 20_000 })

  expect(track.receivedFraction).toBeGreaterThan(0.99)
  const sent = [...(await video.client.getStats()).values()].filter(({ type }) => type === 'outbound-rtp')
  expect(sent.reduce((sum, { retransmittedPacketsSent }) => sum + retransmittedPacketsSent, 0)).toBeGreaterThan(15)
})
