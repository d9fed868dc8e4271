import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { HeadlessPeer, type HeadlessPeerOptions } from '../support/headless/index.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

async function joinThrough(options: HeadlessPeerOptions): Promise<HeadlessPeer> {
  const peer = await HeadlessPeer.join(options)
  onTestFinished(() => peer.leave())
  return peer
}

test('two people without a browser see and hear each other by the product itself', async () => {
  const { url } = await startNode()
  const roomId = randomUUID()
  const anna = await joinThrough({ url, roomId, name: 'Anna', mic: 'talking', cam: true })
  const ben = await joinThrough({ url, roomId, name: 'Ben', mic: 'talking', cam: true })

  const tracks = await Promise.all([
    anna.hear('Ben', 'mic'),
    anna.hear('Ben', 'cam'),
    ben.hear('Anna', 'mic'),
    ben.hear('Anna', 'cam'),
  ])
  expect(tracks.map(({ receivedFraction }) => receivedFraction)).toEqual([1, 1, 1, 1])

  const stats = await anna.client.getStats()
  expect(stats.sent.find(({ source }) => source === 'cam')?.streams.map(({ rid }) => rid)).toEqual(['r0', 'r1', 'r2'])
  expect(stats.transports.map(({ state, protocol }) => [state, protocol])).toEqual([
    ['connected', 'udp'],
    ['connected', 'udp'],
  ])
})

test('who mutes is not heard, and who leaves is gone', async () => {
  const { url } = await startNode()
  const roomId = randomUUID()
  const anna = await joinThrough({ url, roomId, name: 'Anna', mic: 'talking' })
  const ben = await joinThrough({ url, roomId, name: 'Ben' })
  await ben.hear('Anna', 'mic')

  await anna.client.setPaused('mic', true)
  await until(() => ben.client.peers[0]?.published.mic?.paused, { what: 'the mute to arrive' })
  await anna.client.setPaused('mic', false)
  await ben.hear('Anna', 'mic')

  await anna.leave()
  await until(() => ben.client.peers.length === 0, { what: 'Anna to be gone' })
})
