import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { PeerId } from '../../shared/ids.ts'
import { createPool } from '../support/createPool.ts'
import { HeadlessPeer, type HeadlessPeerOptions } from '../support/headless/index.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

/** A server whose workers are full with the first person, so that a room is spread over all of them. */
async function startSpread(workers: number) {
  const pool = await createPool(workers, { consumersPerWorker: 1 })
  const { url } = await startNode({ media: pool })
  const roomId = randomUUID()
  const join = async (options: Omit<HeadlessPeerOptions, 'url' | 'roomId'>) => {
    const peer = await HeadlessPeer.join({ url, roomId, ...options })
    onTestFinished(() => peer.leave())
    return peer
  }
  return { pool, join }
}

const workerOf = async (peer: HeadlessPeer) => (await peer.client.getStats()).worker

const lookAt = (viewer: HeadlessPeer, publisher: HeadlessPeer, height: number) =>
  viewer.client.setViewport([
    {
      peerId: publisher.state.self?.id as PeerId,
      source: 'cam',
      width: Math.round((height * 16) / 9),
      height,
    },
  ])

describe('a room over several workers', () => {
  it('carries voices and pictures from each to each, one copy between two workers however many look', async () => {
    const { pool, join } = await startSpread(2)
    const anna = await join({ name: 'Anna', mic: 'talking', cam: true })
    const ben = await join({ name: 'Ben', mic: 'talking' })
    const carl = await join({ name: 'Carl' })
    const dora = await join({ name: 'Dora' })
    expect(await Promise.all([anna, ben, carl, dora].map(workerOf))).toEqual([0, 1, 0, 1])
    for (const viewer of [ben, carl, dora]) lookAt(viewer, anna, 180)
    await Promise.all([ben, carl, dora].flatMap((peer) => [peer.hear('Anna', 'mic'), peer.hear('Anna', 'cam')]))
    await Promise.all([anna, carl, dora].map((peer) => peer.hear('Ben', 'mic')))
    expect(pool.pipes).toBe(3)
  })

  it('knows who speaks on either worker, and counts nobody twice', async () => {
    const { join } = await startSpread(2)
    const anna = await join({ name: 'Anna', mic: 'talking' })
    const ben = await join({ name: 'Ben', mic: 'talking' })
    const carl = await join({ name: 'Carl' })
    const both = [anna, ben].map((peer) => peer.state.self?.id as PeerId).sort()
    for (const peer of [anna, ben, carl])
      await until(() => `${[...peer.state.speakers].sort()}` === `${both}`, {
        what: () => `both to be heard at ${peer.name}, not ${peer.state.speakers}`,
        deadlineMs: 20_000,
      })
  })

  it('sends each viewer the layer of its tile, and asks the publisher for no more than the largest', async () => {
    const { join } = await startSpread(2)
    const anna = await join({ name: 'Anna', cam: true })
    const ben = await join({ name: 'Ben' })
    const carl = await join({ name: 'Carl' })
    const shows = (viewer: HeadlessPeer, height: number) =>
      until(() => viewer.track('Anna', 'cam')?.getSettings().height === height, {
        what: () => `${height} lines at ${viewer.name}, not ${viewer.track('Anna', 'cam')?.getSettings().height}`,
        deadlineMs: 20_000,
      })
    lookAt(ben, anna, 180)
    lookAt(carl, anna, 180)
    await Promise.all([shows(ben, 180), shows(carl, 180)])
    const sent = async () =>
      ((await anna.client.getStats()).sent.find(({ source }) => source === 'cam')?.streams ?? []).map(
        ({ packets }) => packets,
      )
    // Layers that nobody on either worker wants rest.
    await until(
      async () => {
        const before = await sent()
        await ben.hear('Anna', 'cam', { packets: 50 })
        const after = await sent()
        return `${after.map((packets, layer) => packets > (before[layer] ?? 0))}` === 'true,false,false'
      },
      { what: 'the smallest layer alone', deadlineMs: 20_000 },
    )
    // A key frame is asked for across the pipe.
    lookAt(ben, anna, 720)
    await shows(ben, 720)
    await shows(carl, 180)
  })

  it('ends a pipe some seconds after its last viewer, and with its producer at once', async () => {
    const { pool, join } = await startSpread(2)
    const anna = await join({ name: 'Anna', mic: 'talking', cam: true })
    const ben = await join({ name: 'Ben' })
    lookAt(ben, anna, 180)
    await Promise.all([ben.hear('Anna', 'cam'), ben.hear('Anna', 'mic')])
    expect(pool.pipes).toBe(2)
    ben.client.setViewport([])
    await until(() => pool.pipes === 1, { what: 'the camera’s pipe to end', deadlineMs: 20_000 })
    await anna.client.unpublish('mic')
    await until(() => pool.pipes === 0, { what: 'the microphone’s pipe to end' })
    lookAt(ben, anna, 180)
    await ben.hear('Anna', 'cam')
    expect(pool.pipes).toBe(1)
  })

  it('loses nobody but those of a worker that dies; they are back within 3 s', async () => {
    const { pool, join } = await startSpread(2)
    const anna = await join({ name: 'Anna', mic: 'talking' })
    const ben = await join({ name: 'Ben', mic: 'talking' })
    const carl = await join({ name: 'Carl', mic: 'talking' })
    expect(await Promise.all([anna, ben, carl].map(workerOf))).toEqual([0, 1, 0])
    await Promise.all([ben, carl].map((peer) => peer.hear('Anna', 'mic')))
    await anna.hear('Ben', 'mic')
    const untouched = anna.track('Carl', 'mic')
    const victim = pool.workers.find(({ id }) => id === 1)
    const killedAt = performance.now()
    process.kill(victim?.pid as number, 'SIGKILL')
    await until(() => ben.state.connection !== 'connected', { what: 'Ben to lose his worker' })
    await Promise.all([
      ben.hear('Anna', 'mic', { deadlineMs: 3000, packets: 2 }),
      anna.hear('Ben', 'mic', { deadlineMs: 3000, packets: 2 }),
    ])
    console.log(`heard again after ${Math.round(performance.now() - killedAt)} ms`)
    await anna.hear('Carl', 'mic')
    expect(anna.track('Carl', 'mic')).toBe(untouched)
    expect(untouched?.receivedFraction).toBe(1)
  })
})
