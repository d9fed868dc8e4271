import { describe, expect, it } from 'vitest'
import type { ConsumerId } from '../../shared/ids.ts'
import type { RtpCapabilities } from '../../shared/media.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { fullCapabilities, vp8Parameters } from '../support/rtp.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const without = (mimeType: string): RtpCapabilities => {
  const { codecs, headerExtensions } = fullCapabilities()
  return { codecs: codecs.filter((codec) => codec.mimeType !== mimeType), headerExtensions }
}

const vp9Parameters = () => {
  const parameters = vp8Parameters()
  const [codec] = parameters.codecs
  if (!codec) throw new Error('no codec')
  return { ...parameters, codecs: [{ ...codec, mimeType: 'video/VP9', parameters: { 'profile-id': 0 } }] }
}

const start = async (settings: Record<string, string>) => {
  const { url } = await startNode({ media: new FakeMedia(), settings })
  return (name: string, rtpCapabilities = fullCapabilities()) =>
    SignalingPeer.join(url, { room: 'r', name, rtpCapabilities })
}

describe('the codec of a room', () => {
  it('is VP8 where the server is not told otherwise', async () => {
    const join = await start({})
    expect((await join('Ana')).joined?.room).toMatchObject({ videoCodec: 'vp8' })
  })

  it('changes for everyone when somebody comes who cannot decode it', async () => {
    const join = await start({ VIDEO_CODEC: 'vp9' })
    const ana = await join('Ana')
    expect(ana.joined?.room).toMatchObject({ videoCodec: 'vp9' })
    const old = await join('Old', without('video/VP9'))
    expect(old.joined?.room).toMatchObject({ videoCodec: 'vp8' })
    await until(() => ana.all('roomChanged').length === 1)
    expect(ana.all('roomChanged').map(({ room }) => room.videoCodec)).toEqual(['vp8'])
  })

  it('changes over at each viewer when it has the other, and at once for who sees nothing', async () => {
    const join = await start({ VIDEO_CODEC: 'vp9' })
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    const first = await ana.publish('cam', { rtpParameters: vp9Parameters() })
    await ben.next('consumersAdded', ({ consumers }) => consumers.some(({ producerId }) => producerId === first))
    const old = await join('Old', without('video/VP9'))
    expect(old.joined?.consumers).toEqual([])

    const second = await ana.publish('cam', { replaces: first })
    await ben.next('consumersAdded', ({ consumers }) => consumers.some(({ producerId }) => producerId === second))
    await old.next('consumersAdded', ({ consumers }) => consumers.some(({ producerId }) => producerId === second))
    const { peer } = await ben.next('peerChanged', ({ peer: { published } }) => published[0]?.producerId === second)
    expect(peer.published).toEqual([{ producerId: second, source: 'cam', paused: false }])
    // Ben has both until Ana closes the first; whoever comes now has the second alone.
    expect(ben.all('consumersRemoved')).toEqual([])
    const late = await join('Late')
    expect(late.joined?.consumers.map(({ producerId }) => producerId)).toEqual([second])
    await ana.request('closeProducer', { producerId: first })
    const { consumerIds } = await ben.next('consumersRemoved')
    const of = (producerId: string): ConsumerId[] =>
      ben
        .all('consumersAdded')
        .flatMap(({ consumers }) => consumers)
        .flatMap((consumer) => (consumer.producerId === producerId ? [consumer.id] : []))
    expect(consumerIds).toEqual(of(first))
    expect(old.all('consumersRemoved')).toEqual([])
  })

  it('never has more than two producers of one source, and just one when it is muted', async () => {
    const join = await start({})
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    const first = await ana.publish('cam')
    const second = await ana.publish('cam', { replaces: first })
    const third = await ana.publish('cam', { replaces: second })
    await expect(ana.publish('cam')).rejects.toMatchObject({ code: 'conflict' })
    await expect(ana.publish('cam', { replaces: second })).rejects.toMatchObject({ code: 'conflict' })
    await expect(ana.publish('screen', { replaces: third })).rejects.toMatchObject({ code: 'conflict' })
    await expect(ben.publish('cam', { replaces: third })).rejects.toMatchObject({ code: 'notFound' })
    await expect(ana.request('closeProducer', { producerId: first })).rejects.toMatchObject({ code: 'notFound' })
    await ana.request('pauseProducer', { producerId: third })
    await expect(ana.request('closeProducer', { producerId: second })).rejects.toMatchObject({ code: 'notFound' })
  })
})

describe('screens', () => {
  it('are shared by several at once, unless the room takes one', async () => {
    const join = await start({})
    const people = [await join('Ana'), await join('Ben')]
    await Promise.all(people.map((peer) => peer.publish('screen')))
  })

  it('are shared by one at a time where the room says so: the second is told why', async () => {
    const join = await start({ SCREEN_SHARES: 'one' })
    const [ana, ben, eva] = [await join('Ana'), await join('Ben'), await join('Eva')]
    const screen = await ana.publish('screen')
    await expect(ben.publish('screen')).rejects.toMatchObject({ code: 'screenTaken' })
    await ben.publish('cam')
    await ana.request('closeProducer', { producerId: await ana.publish('cam') })
    await expect(ben.publish('screen')).rejects.toMatchObject({ code: 'screenTaken' })
    await ana.request('closeProducer', { producerId: screen })
    await ben.publish('screen')
    await ben.request('leave', {})
    await until(() => eva.all('peerLeft').length === 1)
    const both = await Promise.allSettled([ana.publish('screen'), eva.publish('screen')])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('are free again when one could not be published', async () => {
    const join = await start({ SCREEN_SHARES: 'one' })
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    const { joined } = ana
    if (!joined) throw new Error('not joined')
    const transportId = joined.recvTransport.id
    const wrong = ana.request('produce', { transportId, source: 'screen', rtpParameters: vp8Parameters() })
    await expect(wrong).rejects.toMatchObject({ code: 'notFound' })
    await ben.publish('screen')
  })
})
