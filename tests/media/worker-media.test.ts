import { afterEach, beforeEach, expect, test } from 'vitest'
import { audioTrack, videoTrack } from '../support/headless/TraceTrack.ts'
import { until } from '../support/until.ts'
import { TestWorker } from '../support/worker/TestWorker.ts'
import { WorkerPeer } from '../support/worker/WorkerPeer.ts'

let worker: TestWorker
let speaker: WorkerPeer
let listener: WorkerPeer

beforeEach(async () => {
  worker = await TestWorker.create()
  speaker = await WorkerPeer.create(worker)
  listener = await WorkerPeer.create(worker)
})

afterEach(() => {
  speaker.close()
  listener.close()
  worker.close()
})

test('every packet of video and speech arrives', async () => {
  const video = await speaker.produce(videoTrack())
  const speech = await speaker.produce(audioTrack('talking'))
  const received = await listener.consume([video.server.id, speech.server.id])
  const [picture, voice] = received.map(({ track }) => track)

  await until(() => Number(picture?.packetsReceived) > 500 && Number(voice?.packetsReceived) > 150, {
    deadlineMs: 20_000,
  })

  for (const { track, server } of received) {
    expect(track.receivedFraction).toBe(1)
    const [sent] = (await server.getStats()).filter(({ type }) => type === 'outbound-rtp')
    expect(sent?.packetCount).toBeGreaterThanOrEqual(track.packetsReceived)
    expect(sent?.packetsLost).toBe(0)
  }
  expect(picture?.keyFramesReceived).toBeGreaterThan(0)
})

test('the worker reads the level of a voice and hears an open microphone in silence as silent', async () => {
  const observer = await worker.router.createAudioLevelObserver({ interval: 200, threshold: -60 })
  const loud = new Set<string>()
  observer.on('volumes', (volumes) => {
    for (const { producer } of volumes) loud.add(producer.id)
  })
  const talking = await speaker.produce(audioTrack('talking'))
  const silent = await listener.produce(audioTrack('silent'))
  await observer.addProducer({ producerId: talking.server.id })
  await observer.addProducer({ producerId: silent.server.id })

  await until(() => loud.has(talking.server.id))
  await until(async () => (await silent.server.getStats()).some(({ packetCount }) => packetCount >= 5))
  expect(loud).not.toContain(silent.server.id)
})

test('a replaced, paused and resumed producer goes on in the same stream without a gap', async () => {
  const video = await speaker.produce(videoTrack())
  const [received] = await listener.consume([video.server.id])
  const track = received?.track
  await until(() => Number(track?.framesReceived) > 10)

  await video.client.replaceTrack({ track: videoTrack() })
  const beforeReplacement = Number(track?.framesReceived)
  await until(() => Number(track?.framesReceived) > beforeReplacement + 10)

  video.client.pause()
  await video.server.pause()
  await until(() => performance.now() - Number(track?.stream.lastPacketAt) > 200, { what: 'silence' })
  await video.server.resume()
  video.client.resume()
  const beforePause = Number(track?.framesReceived)
  await until(() => Number(track?.framesReceived) > beforePause + 10)
  expect(track?.receivedFraction).toBe(1)
})

test('many consumers made in one tick all receive, and closing half of them leaves the others alone', async () => {
  const producings = await Promise.all([
    speaker.produce(videoTrack()),
    ...Array.from({ length: 7 }, () => speaker.produce(audioTrack('talking'))),
  ])
  const received = await listener.consume(producings.map(({ server }) => server.id))
  await until(() => received.every(({ track }) => track.packetsReceived > 20))

  const [closed, kept] = [received.slice(0, 4), received.slice(4)]
  for (const { client, server } of closed) {
    client.close()
    server.close()
  }
  const before = kept.map(({ track }) => track.packetsReceived)
  await until(() => kept.every(({ track }, index) => track.packetsReceived > Number(before[index]) + 50))
  expect(kept.map(({ track }) => track.receivedFraction)).toEqual(kept.map(() => 1))
})
