import { describe, expect, it, onTestFinished } from 'vitest'
import { ConferenceClient } from '../../client/sdk/ConferenceClient.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { fullCapabilities } from '../support/rtp.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { fakeTrack, handlerFactory, seen, theRoom } from '../support/sdkCalls.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

async function start() {
  const media = new FakeMedia()
  const { url } = await startNode({ media, settings: { VIDEO_CODEC: 'vp9' } })
  const join = async (name: string) => {
    const client = new ConferenceClient({ url, handlerFactory })
    onTestFinished(() => client.leave())
    await client.join({ roomId: 'room', name })
    return client
  }
  const { codecs, headerExtensions } = fullCapabilities()
  const rtpCapabilities = { codecs: codecs.filter(({ mimeType }) => mimeType !== 'video/VP9'), headerExtensions }
  /** Somebody who cannot decode VP9. */
  const joinOld = () => SignalingPeer.join(url, { room: 'room', name: 'Old', rtpCapabilities })
  const sent = () =>
    [...theRoom(media).producers.values()]
      .map(({ source, rtpParameters }) => `${source} ${rtpParameters.codecs[0]?.mimeType}`)
      .join(', ')
  const untilSent = (what: string) => until(() => sent() === what, { what: () => `${what}, not ${sent()}` })
  return { join, joinOld, sent, untilSent }
}

describe('the codec of the room', () => {
  it('is what is sent, and VP8 beside it for a while when somebody cannot decode it', async () => {
    const { join, joinOld, untilSent } = await start()
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    await ana.publish('cam', fakeTrack('video'))
    await untilSent('cam video/VP9')
    await until(() => seen(ben, 'Ana') === 'cam')
    const before = ana.state.self?.published.cam?.producerId
    await joinOld()
    await untilSent('cam video/VP9, cam video/VP8')
    await until(() => ana.state.self?.published.cam?.producerId !== before)
    expect(seen(ben, 'Ana')).toBe('cam')
    await untilSent('cam video/VP8')
    expect(seen(ben, 'Ana')).toBe('cam')
  }, 15_000)

  it('leaves nothing behind of a camera that is muted or taken down while it changes', async () => {
    const { join, joinOld, untilSent } = await start()
    const ana = await join('Ana')
    await ana.publish('cam', fakeTrack('video'))
    await ana.publish('screen', fakeTrack('video'))
    await joinOld()
    await untilSent('cam video/VP9, screen video/VP9, cam video/VP8, screen video/VP8')
    await ana.setPaused('cam', true)
    await untilSent('screen video/VP9, cam video/VP8, screen video/VP8')
    await ana.unpublish('screen')
    await untilSent('cam video/VP8')
  })
})

describe('a shared screen', () => {
  it('is sharp unless it was chosen to be fluid, now and from then on', async () => {
    const { join } = await start()
    const ana = await join('Ana')
    const [first, second, chosen] = [fakeTrack('video'), fakeTrack('video'), fakeTrack('video')]
    await ana.publish('screen', first)
    expect(first.contentHint).toBe('detail')
    await ana.setScreenHint('motion')
    expect(first.contentHint).toBe('motion')
    await ana.replaceTrack('screen', second)
    expect(second.contentHint).toBe('motion')
    await ana.unpublish('screen')
    chosen.contentHint = 'text'
    await ana.publish('screen', chosen)
    expect(chosen.contentHint).toBe('text')
    await ana.unpublish('screen')
    const third = fakeTrack('video')
    await ana.publish('screen', third)
    expect(third.contentHint).toBe('motion')
  })
})
