import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import type { ConferenceClient } from '../../client/sdk/index.ts'
import type { TrackStats } from '../../client/sdk/types.ts'
import { type BrowserName, closeBrowsers } from '../support/browsers.ts'
import { CallPage, joinedPeers } from '../support/callPage.ts'
import { openNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

afterAll(closeBrowsers)

const LARGE = { width: 1280, height: 720 }
const SMALL = { width: 260, height: 200 }

async function openRoom(videoCodec: string) {
  const { url, close } = await openNode({ page: 'built', settings: { VIDEO_CODEC: videoCodec } })
  onTestFinished(close)
  return (name: string, query: Record<string, string> = {}, browser: BrowserName = 'chromium') =>
    CallPage.join(browser, url, { room: 'room', name, query: { mic: '0', ...query } })
}

type Streams = TrackStats['streams']
const sentBy = async (page: CallPage): Promise<Streams> =>
  (await page.stats()).sent.find(({ source }) => source === 'cam')?.streams ?? []
/** What is received of somebody's camera; the newest, while two overlap. */
const receivedBy = async (page: CallPage, peerId: string): Promise<Streams[number] | undefined> =>
  (await page.stats()).received.filter((entry) => entry.peerId === peerId && entry.source === 'cam').at(-1)?.streams[0]

const packetsOf = (streams: Streams) => streams.reduce((sum, { packets }) => sum + packets, 0)

/** Waits until pictures of this codec, in this many lines, are decoded; says what came instead. */
async function sees(page: CallPage, peerId: string, codec: string, fits: (height: number) => boolean = () => true) {
  let last: Streams[number] | undefined
  await until(
    async () => {
      const before = last
      last = await receivedBy(page, peerId)
      const rises = (last?.framesDecoded ?? 0) > (before?.framesDecoded ?? Number.POSITIVE_INFINITY)
      return rises && last?.codec === codec && fits(last.frameHeight ?? 0)
    },
    { what: () => `${codec} at ${page.name}, not ${JSON.stringify(last)}`, deadlineMs: 40_000, everyMs: 250 },
  )
}

/** Waits until the packets of a camera rest, or flow. */
async function sends(page: CallPage, flows: boolean) {
  let before = Number.NaN
  await until(
    async () => {
      const packets = packetsOf(await sentBy(page))
      const rises = packets > before
      before = packets
      return rises === flows
    },
    { what: `${page.name}'s camera to ${flows ? 'flow' : 'rest'}`, deadlineMs: 20_000, everyMs: 1000 },
  )
}

const canEncode = (page: CallPage, mimeType: string) =>
  page.page.evaluate(
    (wanted) => RTCRtpSender.getCapabilities('video')?.codecs.some((codec) => codec.mimeType === wanted) ?? false,
    mimeType,
  )

const setViewport = (page: CallPage, tiles: Parameters<ConferenceClient['setViewport']>[0]) =>
  page.page.evaluate(
    (value) => (globalThis as unknown as { tertulia: ConferenceClient }).tertulia.setViewport(value),
    tiles,
  )

describe('a room with a codec of its own, in Chromium', () => {
  it.each([
    ['vp9', 'video/VP9'],
    ['h264', 'video/H264'],
  ])('sends %s in the layer that the tile needs, and nothing when nobody looks', async (setting, codec) => {
    const join = await openRoom(setting)
    const ana = await join('Ana')
    if (!(await canEncode(ana, codec))) return console.info(`this Chromium has no encoder for ${codec}: not tested`)
    const ben = await join('Ben', { cam: '0' })
    const [anaId = ''] = await joinedPeers([ana, ben])
    await sees(ben, anaId, codec, (height) => height > 180)
    expect((await sentBy(ana)).map((stream) => stream.codec)).toEqual(expect.arrayContaining([codec]))

    await ben.page.setViewport(SMALL)
    await sees(ben, anaId, codec, (height) => height > 0 && height <= 180)
    // After some seconds nothing above it is sent either.
    const top = async () => Math.max(...(await flowing(ana)).map(({ frameHeight = 0 }) => frameHeight))
    await until(async () => (await top()) === 180, {
      what: 'the upper layers to rest',
      deadlineMs: 20_000,
      everyMs: 500,
    })

    await setViewport(ben, [])
    await sends(ana, false)
    const cam = () =>
      ben.page.evaluate(
        () => (globalThis as unknown as { tertulia: ConferenceClient }).tertulia.state.peers[0]?.published.cam?.paused,
      )
    expect(await cam()).toBe(false)

    await ben.page.setViewport(LARGE)
    await sees(ben, anaId, codec, (height) => height > 180)
  })
})

describe('a room that wants AV1, in Chromium', () => {
  it('sends av1 in one layer, and nothing when nobody looks', async () => {
    const join = await openRoom('av1')
    const ana = await join('Ana')
    if (!(await canEncode(ana, 'video/AV1'))) return console.info('this Chromium has no encoder for AV1: not tested')
    const ben = await join('Ben', { cam: '0' })
    const [anaId = ''] = await joinedPeers([ana, ben])
    await sees(ben, anaId, 'video/AV1')
    await setViewport(ben, [])
    await sends(ana, false)
    await ben.page.setViewport(SMALL)
    await sees(ben, anaId, 'video/AV1')
  })
})

describe('a camera that takes the place of a larger one', () => {
  it('is seen in its full size, in Chromium', async () => {
    const join = await openRoom('vp8')
    const ana = await join('Ana')
    const ben = await join('Ben', { cam: '0' })
    const [anaId = ''] = await joinedPeers([ana, ben])
    await ben.page.setViewport(LARGE)
    await sees(ben, anaId, 'video/VP8', (height) => height === 720)
    await ana.page.evaluate(async () => {
      const video = { width: { exact: 640 }, height: { exact: 480 } }
      const [track] = (await navigator.mediaDevices.getUserMedia({ video })).getVideoTracks()
      const { tertulia } = globalThis as unknown as { tertulia: ConferenceClient }
      if (track) await tertulia.replaceTrack('cam', track)
    })
    // With as many layers as the larger one has, the browser would leave out the largest.
    await sees(ben, anaId, 'video/VP8', (height) => height === 480)
  })
})

/** Run in Ben's page: looks at Ana's tile all the time, and counts how often there is no picture. */
function watchPicture(selector: string) {
  const seen = { looks: 0, empty: 0, longestMs: 0 }
  let lastFrame = performance.now()
  let frames = 0
  setInterval(() => {
    const video = document.querySelector<HTMLVideoElement>(selector)
    const { totalVideoFrames = 0 } = video?.getVideoPlaybackQuality() ?? {}
    seen.looks++
    if (!video || video.hidden || video.videoWidth === 0 || video.readyState < 2) seen.empty++
    if (totalVideoFrames !== frames) {
      frames = totalVideoFrames
      lastFrame = performance.now()
    } else seen.longestMs = Math.max(seen.longestMs, performance.now() - lastFrame)
  }, 10)
  Object.assign(globalThis, { seen })
}

describe('a room whose codec somebody cannot decode', () => {
  it('changes to VP8 and back, and nobody misses a picture', async () => {
    const join = await openRoom('h264')
    const ana = await join('Ana')
    if (!(await canEncode(ana, 'video/H264'))) return console.info('this Chromium has no encoder for H264: not tested')
    const ben = await join('Ben', { cam: '0' })
    const [anaId = ''] = await joinedPeers([ana, ben])
    await sees(ben, anaId, 'video/H264')
    await ben.page.evaluate(watchPicture, `${ben.tile(anaId)} video`)

    const fox = await join('Fox', { cam: '0' }, 'firefox')
    if (await canEncode(fox, 'video/H264')) return console.info('this Firefox has H264: nothing to change to')
    await sees(fox, anaId, 'video/VP8')
    await sees(ben, anaId, 'video/VP8')
    await until(async () => (await ben.stats()).received.length === 1, { what: 'the picture before to end' })
    await fox.click('leave')
    await sees(ben, anaId, 'video/H264')
    await until(async () => (await ben.stats()).received.length === 1, { what: 'the picture before to end' })

    type Seen = { looks: number; empty: number; longestMs: number }
    const seen = await ben.page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen)
    console.info(`longest time without a new frame over two changes: ${Math.round(seen.longestMs)} ms`)
    expect(seen.looks).toBeGreaterThan(100)
    expect(seen.empty).toBe(0)
    expect(await ben.tileCount()).toBe(2)
  })
})

describe('a room with a codec of its own, in Firefox', () => {
  it.each([
    ['vp9', 'video/VP9'],
    ['h264', 'video/H264'],
  ])('%s: sends it if it can, else VP8', async (setting, codec) => {
    const join = await openRoom(setting)
    const fox = await join('Fox', {}, 'firefox')
    const ben = await join('Ben', { cam: '0' })
    const [foxId = ''] = await joinedPeers([fox, ben])
    const sent = (await canEncode(fox, codec)) ? codec : 'video/VP8'
    console.info(`${setting}: this Firefox sends ${sent}`)
    await sees(ben, foxId, sent)
  })
})

/** Streams that send something while thirty packets pass. */
async function flowing(page: CallPage): Promise<Streams> {
  const first = await sentBy(page)
  const before = new Map(first.map(({ ssrc, packets }) => [ssrc, packets]))
  const grown = (streams: Streams) => streams.filter(({ ssrc, packets }) => packets > (before.get(ssrc) ?? 0))
  // The smallest layer tells the time.
  return await until(
    async () => {
      const streams = await sentBy(page)
      return packetsOf(streams) > packetsOf(first) + 30 ? grown(streams) : undefined
    },
    { what: `${page.name}'s camera to flow`, everyMs: 100 },
  )
}
