import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import type { PeerId } from '../../shared/ids.ts'
import { HeadlessPeer, type HeadlessPeerOptions } from '../support/headless/index.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

/** A publisher sends what somebody wants, through the whole product: SDK, server, worker, SDK. */
const join = async (options: HeadlessPeerOptions) => {
  const peer = await HeadlessPeer.join(options)
  onTestFinished(() => peer.leave())
  return peer
}

/** Packets of each layer of the camera, the smallest first. */
const sentBy = async (peer: HeadlessPeer): Promise<number[]> => {
  const { sent } = await peer.client.getStats()
  return (sent.find(({ source }) => source === 'cam')?.streams ?? []).map(({ packets }) => packets)
}

/** Which layers grow while ten packets of the publisher's voice pass. */
async function layersSent(publisher: HeadlessPeer, listener: HeadlessPeer): Promise<boolean[]> {
  const before = await sentBy(publisher)
  await listener.hear('Anna', 'mic', { packets: 25 })
  const after = await sentBy(publisher)
  return after.map((packets, layer) => packets > (before[layer] ?? 0))
}

test('a camera sends just the layers that somebody looks at, and nothing when nobody does', async () => {
  const { url } = await startNode()
  const roomId = randomUUID()
  const anna = await join({ url, roomId, name: 'Anna', mic: 'talking', cam: true })
  const ben = await join({ url, roomId, name: 'Ben' })
  const look = (height: number | undefined) => {
    const peerId = anna.state.self?.id as PeerId
    ben.client.setViewport(
      height === undefined ? [] : [{ peerId, source: 'cam', width: Math.round((height * 16) / 9), height }],
    )
  }
  const settles = (layers: boolean[]) =>
    until(async () => JSON.stringify(await layersSent(anna, ben)) === JSON.stringify(layers), {
      what: `layers ${layers}`,
      deadlineMs: 15_000,
    })

  look(180)
  await settles([true, false, false])
  const small = await ben.hear('Anna', 'cam')
  expect(small.getSettings()).toMatchObject({ height: 180 })

  look(720)
  await settles([true, true, true])
  await until(() => ben.track('Anna', 'cam')?.getSettings().height === 720, {
    what: 'the large picture',
    deadlineMs: 15_000,
  })

  look(undefined)
  await settles([false, false, false])
  expect(ben.track('Anna', 'cam')).toBeUndefined()

  look(360)
  await until(() => ben.track('Anna', 'cam')?.getSettings().height === 360, {
    what: 'the picture to come back',
    deadlineMs: 15_000,
  })
})
