import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { ratesBetween } from '../../client/sdk/callRates.ts'
import type { PeerId } from '../../shared/ids.ts'
import { HeadlessPeer, type HeadlessPeerOptions } from '../support/headless/index.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

/** What a person chooses to receive holds in the media worker. */
const join = async (options: HeadlessPeerOptions) => {
  const peer = await HeadlessPeer.join(options)
  onTestFinished(() => peer.leave())
  return peer
}

/** Bit/s that a peer receives over at least these milliseconds. */
async function receivedBitrate({ client }: HeadlessPeer, ms: number): Promise<number> {
  const before = await client.getStats()
  await until(() => performance.now() - before.takenAt >= ms, { what: 'the time to measure' })
  const { received } = ratesBetween(before, await client.getStats())
  return received.flatMap(({ streams }) => streams).reduce((sum, { bitrate }) => sum + bitrate, 0)
}

test('a limit is kept, the picture gets smaller for it and the viewer knows why', async () => {
  const { url } = await startNode()
  const roomId = randomUUID()
  const anna = await join({ url, roomId, name: 'Anna', mic: 'talking', cam: true })
  const ben = await join({ url, roomId, name: 'Ben' })
  const peerId = anna.state.self?.id as PeerId
  ben.client.setViewport([{ peerId, source: 'cam', width: 1280, height: 720 }])
  const height = () => ben.track('Anna', 'cam')?.getSettings().height
  const layers = async () =>
    (await ben.client.getStats()).received.find(({ source }) => source === 'cam')?.layers ?? undefined
  await until(() => height() === 720, { what: 'the large picture', deadlineMs: 20_000 })
  const free = await receivedBitrate(ben, 2000)

  await ben.client.setReception({ mode: 'all', maxKbps: 300 })
  await until(() => (height() ?? 720) < 720, { what: 'a smaller picture', deadlineMs: 15_000 })
  await until(
    async () => {
      const now = await layers()
      return now !== undefined && now.current < now.wanted
    },
    { what: 'to be told of the missing layer' },
  )
  const limited = await receivedBitrate(ben, 3000)
  console.log(`received: ${Math.round(free / 1000)} kbit/s, limited to 300: ${Math.round(limited / 1000)} kbit/s`)
  expect(free).toBeGreaterThan(360_000)
  // Layers are chosen by their average bitrate, and a key frame is above it.
  expect(limited).toBeLessThan(360_000)
  expect(limited).toBeGreaterThan(0)
  await ben.hear('Anna', 'mic')

  await ben.client.setReception({ mode: 'all' })
  await until(() => height() === 720, { what: 'the large picture again', deadlineMs: 20_000 })
})

test('a picture that was made smaller for a moment is not kept small by the caution of the worker', async () => {
  const { url } = await startNode()
  const roomId = randomUUID()
  const anna = await join({ url, roomId, name: 'Anna', cam: true })
  const ben = await join({ url, roomId, name: 'Ben' })
  const peerId = anna.state.self?.id as PeerId
  ben.client.setViewport([{ peerId, source: 'cam', width: 1280, height: 720 }])
  const height = () => ben.track('Anna', 'cam')?.getSettings().height
  await until(() => height() === 720, { what: 'the large picture', deadlineMs: 20_000 })
  // Only one that was sent for longer than eight seconds is it cautious with.
  await receivedBitrate(ben, 9000)

  await ben.client.setReception({ mode: 'all', maxKbps: 300 })
  await until(() => (height() ?? 720) < 720, { what: 'a smaller picture', deadlineMs: 15_000 })
  await ben.client.setReception({ mode: 'all' })
  const liftedAt = performance.now()
  // Left to itself it takes ten seconds and the next estimate.
  await until(() => height() === 720, { what: 'the large picture again', deadlineMs: 9500 })
  console.log(`the large picture again after ${Math.round(performance.now() - liftedAt)} ms`)
})

test('sound alone costs no picture, and nothing at all costs nothing', async () => {
  const { url } = await startNode()
  const roomId = randomUUID()
  await join({ url, roomId, name: 'Anna', mic: 'talking', cam: true })
  const ben = await join({ url, roomId, name: 'Ben' })
  await Promise.all([ben.hear('Anna', 'mic'), ben.hear('Anna', 'cam')])

  await ben.client.setReception({ mode: 'audioOnly' })
  await until(() => ben.track('Anna', 'cam') === undefined, { what: 'the picture to go' })
  await ben.hear('Anna', 'mic')
  expect((await ben.client.getStats()).received.map(({ source }) => source)).toEqual(['mic'])

  await ben.client.setReception({ mode: 'nothing' })
  await until(() => ben.track('Anna', 'mic') === undefined, { what: 'the sound to go' })
  expect((await ben.client.getStats()).received).toEqual([])

  await ben.client.setReception({ mode: 'all' })
  await Promise.all([ben.hear('Anna', 'mic'), ben.hear('Anna', 'cam')])
})
