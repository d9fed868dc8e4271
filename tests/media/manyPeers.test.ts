import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import type { PeerId } from '../../shared/ids.ts'
import { HeadlessPeer } from '../support/headless/index.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const PEOPLE = 50
const TALKING = 4
const CAMERAS = 8
const TILES = 4

test('50 people in one room receive what they look at and everyone they hear', async () => {
  // Everyone is heard, however many there are.
  const { url } = await startNode({ settings: { AUDIO_ALL_LIMIT: '100' } })
  const roomId = randomUUID()
  const people = await Promise.all(
    Array.from({ length: PEOPLE }, async (_, at) => {
      const peer = await HeadlessPeer.join({
        url,
        roomId,
        name: `Person ${at}`,
        mic: at < TALKING ? 'talking' : 'silent',
        cam: at < CAMERAS,
      })
      onTestFinished(() => peer.leave())
      return peer
    }),
  )
  await until(() => people.every((peer) => peer.client.peers.length === PEOPLE - 1), {
    what: 'everyone to know everyone',
  })

  // Each looks at a few of the cameras, as on a page of tiles.
  const withCamera = people.slice(0, CAMERAS).map((peer) => peer.state.self?.id as PeerId)
  for (const [at, peer] of people.entries()) {
    const others = withCamera.filter((id) => id !== peer.state.self?.id)
    const watched = Array.from({ length: TILES }, (_, index) => others[(at + index) % others.length] as PeerId)
    peer.client.setViewport(watched.map((peerId) => ({ peerId, source: 'cam', width: 320, height: 180 })))
  }
  const consumed = PEOPLE - 1 + TILES
  await until(() => people.every((peer) => peer.received.length === consumed), {
    what: () => `${consumed} tracks each: ${people.map((peer) => peer.received.length)}`,
    deadlineMs: 20_000,
  })

  // From here on: what was lost while everyone came in at once is not the question.
  const start = people.flatMap((peer) =>
    peer.received.map(({ track, source }) => ({
      track,
      source,
      received: track.packetsReceived,
      expected: track.expected,
    })),
  )
  const grown = () =>
    start.map(({ track, source, ...before }) => ({
      source,
      received: track.packetsReceived - before.received,
      expected: track.expected - before.expected,
    }))
  await until(() => grown().every(({ source, expected }) => expected >= (source === 'cam' ? 200 : 10)), {
    what: 'packets on every track',
    deadlineMs: 30_000,
  })
  // Asked until retransmissions on the way have come: at least 99 % of each track.
  await until(() => grown().every(({ received, expected }) => received >= 0.99 * expected), {
    what: () =>
      `99 % of each: ${JSON.stringify(grown().filter(({ received, expected }) => received < 0.99 * expected))}`,
  })
  const total = grown().reduce(
    (sum, { received, expected }) => ({ received: sum.received + received, expected: sum.expected + expected }),
    {
      received: 0,
      expected: 0,
    },
  )
  console.log(`${start.length} tracks, ${total.received} of ${total.expected} packets received`)
  expect(start).toHaveLength(PEOPLE * consumed)
})
