import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { MediaPort, RoomMedia } from '../../server/media/MediaPort.ts'
import type { ConsumerId, PeerId, ProducerId, RoomId, TransportId } from '../../shared/ids.ts'
import { NO_NODES } from './FakeMedia.ts'
import { audioCapabilities, dtlsParameters, fullCapabilities, opusParameters, vp8Parameters } from './rtp.ts'

export { NO_NODES }

const newPeerId = () => randomUUID() as PeerId

/** What any implementation of MediaPort promises; run on the real one and on the fake, so that they cannot drift. */
export function describeMediaPort(name: string, getMedia: () => MediaPort): void {
  const openRoom = async () => {
    const room = await getMedia().openRoom(randomUUID() as unknown as RoomId, NO_NODES)
    onTestFinished(() => room.close())
    return room
  }
  const openPeer = (room: RoomMedia, rtpCapabilities = fullCapabilities()) =>
    room.openPeer({ peerId: newPeerId(), rtpCapabilities })
  const publishMic = async (room: RoomMedia) => {
    const peer = await openPeer(room)
    const transportId = peer.sendTransport.id
    const producerId = await peer.produce({
      transportId,
      source: 'mic',
      rtpParameters: opusParameters(),
      paused: false,
    })
    return { peer, published: { producerId, peerId: newPeerId(), source: 'mic' as const, layers: [] } }
  }

  describe(`the promises of MediaPort, kept by ${name}`, () => {
    it('offers Opus and four video codecs without a room', () => {
      const codecs = getMedia().rtpCapabilities.codecs.map((codec) => codec.mimeType)
      expect(codecs).toEqual(
        expect.arrayContaining(['audio/opus', 'video/VP8', 'video/VP9', 'video/AV1', 'video/H264']),
      )
      expect(getMedia().ready).toBe(true)
    })

    it('gives each peer two transports of its own', async () => {
      const room = await openRoom()
      const peers = [await openPeer(room), await openPeer(room)]
      const ids = peers.flatMap((peer) => [peer.sendTransport.id, peer.recvTransport.id])
      expect(new Set(ids).size).toBe(4)
      for (const peer of peers) expect(peer.sendTransport.iceCandidates.length).toBeGreaterThan(0)
      for (const peer of peers) expect(peer.iceConnected).toBe(false)
    })

    it('connects a transport once, and none that is not its own', async () => {
      const room = await openRoom()
      const [mine, other] = [await openPeer(room), await openPeer(room)]
      await mine.connectTransport(mine.sendTransport.id, dtlsParameters())
      await expect(mine.connectTransport(mine.sendTransport.id, dtlsParameters())).rejects.toMatchObject({
        code: 'conflict',
      })
      await expect(mine.connectTransport(other.sendTransport.id, dtlsParameters())).rejects.toMatchObject({
        code: 'notFound',
      })
    })

    it('renews the ICE credentials of a transport', async () => {
      const peer = await openPeer(await openRoom())
      const before = peer.recvTransport.iceParameters.usernameFragment
      const renewed = await peer.restartIce(peer.recvTransport.id)
      expect(renewed.usernameFragment).not.toBe(before)
      expect(peer.recvTransport.iceParameters).toEqual(renewed)
      expect(peer.sendTransport.iceParameters.usernameFragment).not.toBe(renewed.usernameFragment)
      await expect(peer.restartIce(randomUUID() as TransportId)).rejects.toMatchObject({ code: 'notFound' })
    })

    it('publishes each source once at a time', async () => {
      const peer = await openPeer(await openRoom())
      const transportId = peer.sendTransport.id
      const cam = () => peer.produce({ transportId, source: 'cam', rtpParameters: vp8Parameters(), paused: false })
      const first = await cam()
      await expect(cam()).rejects.toMatchObject({ code: 'conflict' })
      peer.closeProducer(first)
      await expect(cam()).resolves.not.toBe(first)
    })

    it('takes another producer in the place of one, which goes on until it is closed', async () => {
      const peer = await openPeer(await openRoom())
      const transportId = peer.sendTransport.id
      const cam = (replaces?: ProducerId) =>
        peer.produce({ transportId, source: 'cam', rtpParameters: vp8Parameters(), paused: false, replaces })
      const first = await cam()
      const second = await cam(first)
      await expect(cam(first)).rejects.toMatchObject({ code: 'conflict' })
      await expect(cam()).rejects.toMatchObject({ code: 'conflict' })
      await expect(cam(randomUUID() as ProducerId)).rejects.toMatchObject({ code: 'notFound' })
      await peer.setProducerPaused(first, true)
      peer.closeProducer(first)
      await expect(cam()).rejects.toMatchObject({ code: 'conflict' })
      peer.closeProducer(second)
      await cam()
    })

    it('publishes on the send transport only, and only what fits the source', async () => {
      const peer = await openPeer(await openRoom())
      const mic = (transportId: TransportId, rtpParameters = opusParameters()) =>
        peer.produce({ transportId, source: 'mic', rtpParameters, paused: false })
      await expect(mic(peer.recvTransport.id)).rejects.toMatchObject({ code: 'notFound' })
      await expect(mic(peer.sendTransport.id, vp8Parameters())).rejects.toMatchObject({ code: 'unsupportedMedia' })
    })

    it('consumes what others publish, once, and closes it again', async () => {
      const room = await openRoom()
      const { published } = await publishMic(room)
      const viewer = await openPeer(room)
      const [consumer, ...more] = await viewer.consume([published], { resume: 'later' })
      expect(more).toEqual([])
      expect(consumer).toMatchObject({ producerId: published.producerId, peerId: published.peerId, source: 'mic' })
      expect([...viewer.consumed]).toEqual([published.producerId])
      expect(viewer.consumers).toEqual([consumer])
      expect(await viewer.consume([published], { resume: 'later' })).toEqual([])
      await viewer.resumeConsumers([consumer?.id as ConsumerId, randomUUID() as ConsumerId])
      expect(viewer.closeConsumers([published.producerId])).toEqual([consumer?.id])
      expect(viewer.closeConsumers([published.producerId])).toEqual([])
      expect(viewer.consumed.size).toBe(0)
      expect(viewer.consumers).toEqual([])
    })

    it('leaves out what is gone and what the client cannot decode', async () => {
      const room = await openRoom()
      const { peer, published } = await publishMic(room)
      const cam = await peer.produce({
        transportId: peer.sendTransport.id,
        source: 'cam',
        rtpParameters: vp8Parameters(),
        paused: false,
      })
      const gone = { ...published, producerId: randomUUID() as ProducerId }
      const viewer = await openPeer(room, audioCapabilities())
      const wanted = [
        gone,
        { producerId: cam, peerId: published.peerId, source: 'cam' as const, layers: [] },
        published,
      ]
      const consumers = await viewer.consume(wanted, { resume: 'later' })
      expect(consumers.map((consumer) => consumer.producerId)).toEqual([published.producerId])
      expect([...viewer.consumed]).toEqual([published.producerId])
    })

    it("pauses and closes one's own producers only", async () => {
      const room = await openRoom()
      const { peer, published } = await publishMic(room)
      const other = await openPeer(room)
      await peer.setProducerPaused(published.producerId, true)
      await peer.setProducerPaused(published.producerId, false)
      await expect(other.setProducerPaused(published.producerId, true)).rejects.toMatchObject({ code: 'notFound' })
      expect(() => other.closeProducer(published.producerId)).toThrow()
    })

    it('takes no one into a closed room, and closing twice is closing once', async () => {
      const room = await openRoom()
      let closings = 0
      room.on('closed', () => closings++)
      room.close()
      room.close()
      expect(closings).toBe(1)
      await expect(openPeer(room)).rejects.toMatchObject({ code: 'roomClosed' })
    })
  })
}
