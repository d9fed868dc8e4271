import { expect, it } from 'vitest'
import type { Tile } from '../../shared/requests.ts'
import { FakeMedia, type FakePeerMedia } from '../support/FakeMedia.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

/** A publisher and a viewer whose worker does not answer for a while. */
async function start() {
  const media = new FakeMedia()
  const { url } = await startNode({ media })
  const join = (name: string) => SignalingPeer.join(url, { room: 'r', name, viewport: { tiles: [] } })
  const ana = await join('Ana')
  const cam = await ana.publish('cam')
  const ben = await join('Ben')
  const viewer = [...media.rooms].flatMap((room) => [...room.peers])[1] as FakePeerMedia
  const look = (height: number) => {
    const tile: Tile = { peerId: ana.id, source: 'cam', width: (height * 16) / 9, height }
    return ben.request('setViewport', { tiles: [tile] })
  }
  return { cam, ben, viewer, look }
}

it('a viewer gets what the worker did not make at first, without any further change', async () => {
  const { cam, ben, viewer, look } = await start()
  viewer.unanswered = 2
  await look(180)
  const { consumers } = await ben.next('consumersAdded')
  expect(consumers.map(({ producerId }) => producerId)).toEqual([cam])
  expect(viewer.demands.get(cam)?.spatialLayer).toBe(0)
})

it('a layer that could not be set is set later', async () => {
  const { cam, viewer, look } = await start()
  await look(180)
  await until(() => viewer.demands.get(cam)?.spatialLayer === 0)
  viewer.unanswered = 1
  await look(720)
  await until(() => viewer.demands.get(cam)?.spatialLayer === 2, { what: 'the large layer' })
})
