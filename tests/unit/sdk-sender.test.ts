import type { types } from 'mediasoup-client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Line } from '../../client/sdk/Line.ts'
import { LocalTracks } from '../../client/sdk/LocalTracks.ts'
import { Sender } from '../../client/sdk/Sender.ts'
import { type ErrorCode, SfuError } from '../../shared/errors.ts'
import { vp8Parameters } from '../support/rtp.ts'
import { fakeTrack } from '../support/sdkCalls.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A Sender, and a server that refuses the next requests with `refusals`. */
function setUp() {
  const said: string[] = []
  const refusals: ErrorCode[] = []
  const layerCounts: number[] = []
  let made = 0
  const request = async (name: string) => {
    said.push(name)
    const refusal = refusals.shift()
    if (refusal) throw new SfuError(refusal)
    return { producerId: `p${++made}` }
  }
  type Announce = (
    asked: { rtpParameters: types.RtpParameters; appData: types.AppData },
    done: (answer: { id: string }) => void,
    failed: (error: Error) => void,
  ) => void
  let announce: Announce = () => {}
  const transport = {
    id: 'transport',
    on: (_name: string, handler: Announce) => {
      announce = handler
    },
    produce: async ({ track, appData, encodings }: types.ProducerOptions) => {
      const rtpParameters = vp8Parameters() as types.RtpParameters
      const { id } = await new Promise<{ id: string }>((resolve, reject) => {
        announce({ rtpParameters, appData: appData ?? {} }, resolve, reject)
      })
      layerCounts.push(encodings?.length ?? 0)
      const producer = {
        id,
        track,
        close: () => {},
        replaceTrack: async ({ track: next }: { track: MediaStreamTrack }) => {
          producer.track = next
        },
      }
      return producer
    },
  }
  const tracks = new LocalTracks(() => {})
  const controller = new AbortController()
  const sender = new Sender({
    transport: transport as unknown as types.Transport,
    codecs: [],
    line: { once: request, deliver: request } as unknown as Line,
    tracks,
    signal: controller.signal,
    log: () => {},
    onChanged: () => {},
  })
  return { sender, tracks, said, refusals, layerCounts, controller }
}

const sized = (width: number, height: number) =>
  Object.assign(fakeTrack('video'), { getSettings: () => ({ width, height }) }) as MediaStreamTrack

it('says again that a producer is closed when the server only put it off', async () => {
  const { sender, tracks, said, refusals } = setUp()
  tracks.set('cam', fakeTrack('video'), false)
  await sender.sync('cam')
  refusals.push('tooMany', 'tooMany')
  tracks.remove('cam')
  const stopped = sender.sync('cam')
  await vi.advanceTimersByTimeAsync(999)
  expect(said).toEqual(['produce', 'closeProducer'])
  await vi.advanceTimersByTimeAsync(1001)
  await stopped
  expect(said).toEqual(['produce', 'closeProducer', 'closeProducer', 'closeProducer'])
  expect(vi.getTimerCount()).toBe(0)
})

it('does not say it again when the server knows of no such producer, or the session has ended', async () => {
  const { sender, tracks, said, refusals, controller } = setUp()
  for (const refusal of ['notFound', 'tooMany'] as const) {
    tracks.set('cam', fakeTrack('video'), false)
    await sender.sync('cam')
    refusals.push(refusal)
    tracks.remove('cam')
    const stopped = sender.sync('cam').catch(() => {})
    await vi.advanceTimersByTimeAsync(500)
    if (refusal === 'tooMany') controller.abort(new Error('left'))
    await stopped
  }
  expect(said).toEqual(['produce', 'closeProducer', 'produce', 'closeProducer'])
})

it('takes another producer for a picture that needs another number of layers', async () => {
  const { sender, tracks, said, layerCounts } = setUp()
  tracks.set('cam', sized(1280, 720), false)
  await sender.sync('cam')
  tracks.set('cam', sized(1920, 1080), false)
  await sender.sync('cam')
  expect(said).toEqual(['produce'])
  const small = sized(640, 480)
  tracks.set('cam', small, false)
  await sender.sync('cam')
  expect(said).toEqual(['produce', 'produce'])
  expect(layerCounts).toEqual([3, 2])
  expect(sender.producers.map(({ producer }) => [producer.id, producer.track])).toEqual([['p2', small]])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(said).toEqual(['produce', 'produce', 'closeProducer'])
})

it('stays with the producer that it has where the server refuses another', async () => {
  const { sender, tracks, said, refusals } = setUp()
  tracks.set('cam', sized(640, 480), false)
  await sender.sync('cam')
  refusals.push('tooMany')
  const large = sized(1280, 720)
  tracks.set('cam', large, false)
  await sender.sync('cam')
  expect(said).toEqual(['produce', 'produce'])
  expect(sender.producers.map(({ producer }) => [producer.id, producer.track])).toEqual([['p1', large]])
})
