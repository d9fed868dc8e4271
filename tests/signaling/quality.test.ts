import { describe, expect, it } from 'vitest'
import type { ConsumerId } from '../../shared/ids.ts'
import { FakeMedia, type FakePeerMedia } from '../support/FakeMedia.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

async function start() {
  const media = new FakeMedia()
  const { url } = await startNode({ media })
  const join = (name: string) => SignalingPeer.join(url, { room: 'r', name })
  const mediaOf = (peer: SignalingPeer) => {
    const all = [...media.rooms].flatMap((room) => [...room.peers]) as FakePeerMedia[]
    const found = all.find(({ sendTransport }) => sendTransport.id === peer.joined?.sendTransport.id)
    if (!found) throw new Error('no such peer')
    return found
  }
  return { join, mediaOf, ana: await join('Ana') }
}

describe('how media arrives', () => {
  it('is told to everyone when a publisher’s uplink gets worse, and better again', async () => {
    const { join, mediaOf, ana } = await start()
    const mic = await ana.publish('mic')
    const ben = await join('Ben')
    const told = () => ben.all('peerChanged').map(({ peer }) => peer.uplink ?? 'good')
    mediaOf(ana).scores.set(mic, [3])
    await until(() => told().length > 0, { what: 'the news' })
    expect(told()).toEqual(['poor'])
    const eva = await join('Eva')
    expect(eva.joined?.peers.find(({ id }) => id === ana.id)?.uplink).toBe('poor')
    mediaOf(ana).scores.set(mic, [10])
    await until(() => told().length > 1, { what: 'the good news' })
    expect(told()).toEqual(['poor', 'good'])
  })

  it('is told to each viewer alone, layer by layer, when something is different', async () => {
    const { join, mediaOf, ana } = await start()
    await ana.publish('cam')
    const ben = await join('Ben')
    const [consumer] = ben.joined?.consumers ?? []
    const layers = [{ consumerId: consumer?.id as ConsumerId, spatialLayer: 0, wantedLayer: 2 }]
    mediaOf(ben).layers = layers
    expect(await ben.next('layersChanged')).toEqual({ layers })
    mediaOf(ben).layers = []
    await until(() => ben.all('layersChanged').length === 2, { what: 'that there are none any more' })
    expect(ben.all('layersChanged')[1]).toEqual({ layers: [] })
    expect(ana.all('layersChanged')).toEqual([])
  })

  it('names the worker, and from how many microphones on voices are chosen', async () => {
    const { ana } = await start()
    expect(ana.joined).toMatchObject({ worker: 0, allVoicesUpTo: 12 })
  })
})
