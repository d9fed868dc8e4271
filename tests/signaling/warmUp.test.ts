import { describe, expect, it } from 'vitest'
import { FakeMedia } from '../support/FakeMedia.ts'
import { dtlsParameters, fullCapabilities } from '../support/rtp.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const entry = { rtpCapabilities: fullCapabilities(), dtlsParameters: dtlsParameters() }

const start = async () => {
  const media = new FakeMedia()
  const { url } = await startNode({ media })
  const ana = await SignalingPeer.join(url, { room: 'r', name: 'Ana' })
  const mic = await ana.publish('mic')
  const resumed = () => [...media.rooms].flatMap((room) => [...room.peers]).flatMap((peer) => [...peer.resumed])
  return { url, media, ana, mic, resumed }
}

describe('a warmed-up session', () => {
  it('is seen by nobody and hears nothing before the join', async () => {
    const { url, ana, mic, resumed } = await start()
    const ben = await SignalingPeer.open(url, { room: 'r', name: 'Ben' })
    const { consumers } = await ben.request('warmUp', entry)
    expect(consumers.map(({ producerId }) => producerId)).toEqual([mic])
    expect(resumed()).toEqual([])
    for (const [name, input] of [
      ['resumeConsumers', { consumerIds: consumers.map(({ id }) => id) }],
      ['sendChat', { text: 'hello' }],
      ['warmUp', entry],
      ['setHand', { raised: true }],
    ] as const)
      expect(await ben.send(name, input)).toMatchObject({ ok: false, error: { code: 'notAllowed' } })
    await ana.request('sendChat', { text: 'among ourselves' })
    await ana.next('chatMessage')
    expect(ana.all('peerJoined')).toEqual([])
    expect(ben.received).toEqual([])
    expect(resumed()).toEqual([])
  })

  it('enters in one round trip, and just what it has applied begins', async () => {
    const { url, ana, resumed } = await start()
    const ben = await SignalingPeer.open(url, { room: 'r', name: 'Ben' })
    const warm = await ben.request('warmUp', entry)
    const cam = await ana.publish('cam')
    const { consumers: later } = await ben.next('consumersAdded')
    expect(later.map(({ producerId }) => producerId)).toEqual([cam])
    const applied = warm.consumers.map(({ id }) => id)
    const joined = await ben.request('join', { ...entry, applied })
    expect(joined).toMatchObject({
      sendTransport: warm.sendTransport,
      recvTransport: warm.recvTransport,
      consumers: [],
    })
    expect(joined.peers.map(({ name }) => name)).toEqual(['Ana', 'Ben'])
    expect((await ana.next('peerJoined')).peer.name).toBe('Ben')
    await until(() => resumed().length > 0, { what: 'media to begin' })
    expect(resumed()).toEqual(applied)
    await ben.request('resumeConsumers', { consumerIds: later.map(({ id }) => id) })
    expect(resumed()).toHaveLength(2)
  })

  it('is gone when its socket goes, and keeps no room open', async () => {
    const { url, media, ana } = await start()
    const ben = await SignalingPeer.open(url, { room: 'r', name: 'Ben' })
    await ben.request('warmUp', entry)
    const [room] = media.rooms
    expect(room?.peers.size).toBe(2)
    ben.socket.disconnect()
    await until(() => room?.peers.size === 1, { what: 'the transports to close' })
    expect(ana.all('peerLeft')).toEqual([])
  })

  it('may warm up again after a failure', async () => {
    const media = new FakeMedia()
    const { url } = await startNode({ media })
    media.ready = false
    const ben = await SignalingPeer.open(url, { room: 'r', name: 'Ben' })
    await expect(ben.request('warmUp', entry)).rejects.toMatchObject({ code: 'notReady' })
    media.ready = true
    await expect(ben.request('warmUp', entry)).resolves.toMatchObject({ consumers: [] })
    await expect(ben.request('join', entry)).resolves.toMatchObject({ consumers: [] })
  })
})
