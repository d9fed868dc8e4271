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
    ['av1', 'video/AV1'],
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

/** Streams that send something within half a second. */
async function flowing(page: CallPage): Promise<Streams> {
  const before = new Map((await sentBy(page)).map(({ ssrc, packets }) => [ssrc, packets]))
  await new Promise((resolve) => setTimeout(resolve, 500))
  return (await sentBy(page)).filter(({ ssrc, packets }) => packets > (before.get(ssrc) ?? 0))
}
