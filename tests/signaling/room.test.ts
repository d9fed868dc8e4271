import { describe, expect, it } from 'vitest'
import { FakeMedia } from '../support/FakeMedia.ts'
import { audioCapabilities } from '../support/rtp.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const startFakeNode = async () => {
  const media = new FakeMedia()
  return { media, ...(await startNode({ media })) }
}

describe('a room', () => {
  it('shows those who are there to who joins, and who joins to those who are there', async () => {
    const { url } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r', name: 'Ana' })
    const ben = await SignalingPeer.join(url, { room: 'r', name: 'Ben' })
    expect(ben.joined?.peers.map((peer) => peer.name)).toEqual(['Ana', 'Ben'])
    expect((await ana.next('peerJoined')).peer).toMatchObject({ id: ben.id, name: 'Ben', published: [] })
    expect(ben.all('peerJoined')).toEqual([])
  })

  it('gives the first consumers with the join, later ones as a batch', async () => {
    const { url } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const mic = await ana.publish('mic')
    const ben = await SignalingPeer.join(url, { room: 'r' })
    expect(ben.joined?.consumers.map((consumer) => consumer.producerId)).toEqual([mic])
    const cam = await ana.publish('cam')
    const added = await ben.next('consumersAdded')
    expect(added.consumers).toMatchObject([{ producerId: cam, peerId: ana.id, source: 'cam' }])
    const peer = (await ben.next('peerChanged', ({ peer }) => peer.published.length === 2)).peer
    expect(peer.published.map(({ source }) => source)).toEqual(['mic', 'cam'])
  })

  it('lets media flow only when the client has applied it', async () => {
    const { url, media } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const ben = await SignalingPeer.join(url, { room: 'r' })
    await ana.publish('mic')
    const { consumers } = await ben.next('consumersAdded')
    const resumed = () => [...media.rooms].flatMap((room) => [...room.peers]).flatMap((peer) => [...peer.resumed])
    expect(resumed()).toEqual([])
    await ben.request('resumeConsumers', { consumerIds: consumers.map(({ id }) => id) })
    expect(resumed()).toEqual(consumers.map(({ id }) => id))
  })

  it('tells everyone of mute and unmute, and only once', async () => {
    const { url } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const ben = await SignalingPeer.join(url, { room: 'r' })
    const producerId = await ana.publish('mic', { paused: true })
    await ana.request('resumeProducer', { producerId })
    await ana.request('resumeProducer', { producerId })
    await ana.request('pauseProducer', { producerId })
    await until(() => ben.all('peerChanged').length >= 3, { what: 'three changes' })
    const paused = ben.all('peerChanged').map(({ peer }) => peer.published[0]?.paused)
    expect(paused).toEqual([true, false, true])
  })

  it('takes back the consumers of what is no longer published', async () => {
    const { url } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const producerId = await ana.publish('cam')
    const ben = await SignalingPeer.join(url, { room: 'r' })
    await ana.request('closeProducer', { producerId })
    const removed = await ben.next('consumersRemoved')
    expect(removed.consumerIds).toEqual(ben.joined?.consumers.map(({ id }) => id))
  })

  it('says who left, at once after a leave and when the socket goes', async () => {
    const { url } = await startFakeNode()
    const [ana, ben, eva] = [
      await SignalingPeer.join(url, { room: 'r' }),
      await SignalingPeer.join(url, { room: 'r' }),
      await SignalingPeer.join(url, { room: 'r' }),
    ]
    await ben.request('leave', {})
    expect(await ana.next('peerLeft')).toEqual({ peerId: ben.id, reason: 'left' })
    await until(() => ben.socket.disconnected, { what: 'the session to end' })
    eva.socket.disconnect()
    expect(await ana.next('peerLeft', ({ peerId }) => peerId === eva.id)).toMatchObject({ reason: 'disconnected' })
  })

  it('does not mix with another room', async () => {
    const { url } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'one' })
    await ana.publish('mic')
    const ben = await SignalingPeer.join(url, { room: 'two' })
    await ben.publish('mic')
    expect(ben.joined?.peers.map(({ id }) => id)).toEqual([ben.id])
    const cam = await SignalingPeer.join(url, { room: 'one' })
    await ana.next('peerJoined', ({ peer }) => peer.id === cam.id)
    expect(ana.all('peerJoined').length).toBe(1)
    expect(ana.all('consumersAdded')).toEqual([])
  })

  it('sends the video of those on screen and of no one else', async () => {
    const { url } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const [cam, mic] = [await ana.publish('cam'), await ana.publish('mic')]
    const ben = await SignalingPeer.join(url, { room: 'r', viewport: { tiles: [] } })
    expect(ben.joined?.consumers.map(({ producerId }) => producerId)).toEqual([mic])
    await ben.request('setViewport', { tiles: [{ peerId: ana.id, source: 'cam', width: 320, height: 180 }] })
    const added = await ben.next('consumersAdded')
    expect(added.consumers.map(({ producerId }) => producerId)).toEqual([cam])
    await ben.request('setViewport', { tiles: [] })
    expect((await ben.next('consumersRemoved')).consumerIds).toEqual(added.consumers.map(({ id }) => id))
  })

  it('leaves out what a client cannot decode', async () => {
    const { url } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const mic = await ana.publish('mic')
    await ana.publish('cam')
    const ben = await SignalingPeer.join(url, { room: 'r', rtpCapabilities: audioCapabilities() })
    expect(ben.joined?.consumers.map(({ producerId }) => producerId)).toEqual([mic])
  })

  it('tells who speaks when that changes', async () => {
    const { url, media } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const [room] = media.rooms
    room?.emit('voices', [{ peerId: ana.id, volume: -20 }])
    room?.emit('voices', [{ peerId: ana.id, volume: -20 }])
    room?.emit('voices', [])
    await until(() => ana.all('speakersChanged').length >= 2, { what: 'two changes' })
    expect(ana.all('speakersChanged')).toEqual([{ speakers: [ana.id] }, { speakers: [] }])
  })

  it('ends the sessions of a room whose worker died, and opens again for who rejoins', async () => {
    const { url, media } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const [room] = media.rooms
    room?.close()
    expect(await ana.next('sessionEnded')).toEqual({ reason: 'workerDied' })
    await until(() => ana.socket.disconnected, { what: 'the socket to close' })
    const again = await SignalingPeer.join(url, { room: 'r' })
    expect(again.joined?.peers.length).toBe(1)
  })

  it('ends the sessions of those alone whose worker died, where a room has several', async () => {
    const { url, media } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const ben = await SignalingPeer.join(url, { room: 'r' })
    const [room] = media.rooms
    room?.emit('peersLost', [ben.id])
    expect(await ben.next('sessionEnded')).toEqual({ reason: 'workerDied' })
    expect(await ana.next('peerLeft')).toEqual({ peerId: ben.id, reason: 'workerDied' })
    expect(ana.all('sessionEnded')).toEqual([])
    const again = await SignalingPeer.join(url, { room: 'r' })
    expect(again.joined?.peers.length).toBe(2)
  })

  it('refuses a join while no worker runs, and takes the same session later', async () => {
    const { url, media } = await startFakeNode()
    media.ready = false
    const ana = await SignalingPeer.open(url, { room: 'r' })
    const input = { rtpCapabilities: media.rtpCapabilities }
    await expect(ana.request('join', input)).rejects.toMatchObject({ code: 'notReady' })
    expect((await fetch(`${url}/readyz`)).status).toBe(503)
    media.ready = true
    await expect(ana.request('join', input)).resolves.toBeDefined()
  })

  it('ends every session when the server stops', async () => {
    const { url, close } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    await close()
    expect(await ana.next('sessionEnded')).toEqual({ reason: 'serverStopping' })
  })
})
