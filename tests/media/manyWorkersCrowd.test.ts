import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { createPool } from '../support/createPool.ts'
import { HeadlessPeer } from '../support/headless/index.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const PEOPLE = 200
/** So many join at once: each is an own handshake. */
const BATCH = 20

test('200 people in one room over two workers each receive all of what is meant for them', async () => {
  const pool = await createPool(2, { consumersPerWorker: 100 })
  const { url } = await startNode({ media: pool })
  const roomId = randomUUID()
  const people: HeadlessPeer[] = []
  // One who talks and is seen, the rest listen and look on.
  for (let from = 0; from < PEOPLE; from += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, at) => {
      const speaks = from + at === 0
      return HeadlessPeer.join({
        url,
        roomId,
        name: `Person ${from + at}`,
        ...(speaks && { mic: 'talking' as const, cam: true }),
      })
    })
    for (const peer of await Promise.all(batch)) {
      onTestFinished(() => peer.leave())
      people.push(peer)
    }
  }
  const [speaker, ...viewers] = people
  const peerId = speaker?.state.self?.id
  if (peerId === undefined) throw new Error('nobody speaks')
  for (const { client } of viewers) client.setViewport([{ peerId, source: 'cam', width: 320, height: 180 }])

  await until(() => viewers.every(({ received }) => received.length === 2), {
    what: 'voice and picture everywhere',
    deadlineMs: 30_000,
  })
  const start = viewers.flatMap(({ received }) =>
    received.map(({ track }) => ({ track, received: track.packetsReceived, expected: track.expected })),
  )
  const grown = () =>
    start.map(({ track, ...before }) => ({
      received: track.packetsReceived - before.received,
      expected: track.expected - before.expected,
    }))
  await until(() => grown().every(({ expected }) => expected >= 100), {
    what: 'packets on every track',
    deadlineMs: 60_000,
  })
  // Asked until retransmissions on the way have come.
  await until(() => grown().every(({ received, expected }) => received >= 0.99 * expected), {
    what: () =>
      `99 % of each: ${JSON.stringify(grown().filter(({ received, expected }) => received < 0.99 * expected))}`,
    deadlineMs: 20_000,
  })
  const total = grown().reduce((sum, { received }) => sum + received, 0)
  const carried = pool.workers.map(({ consumers }) => consumers)
  console.log(`${start.length} tracks, ${total} packets; consumers of each worker: ${carried.join(', ')}`)
  expect(Math.max(...carried) / Math.min(...carried)).toBeLessThan(1.2)
  // One copy of the voice and one of the picture between the workers, whoever looks.
  expect(pool.pipes).toBe(2)
})
