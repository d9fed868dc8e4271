import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { BROWSERS, can } from '../support/browsers.ts'
import { type CallPage, hook, joinedPeers, shown, useSite } from '../support/callPage.ts'
import { until } from '../support/until.ts'

/** Devices that go away, are taken and come back in the middle of a call, and sound that the browser holds back. */
const site = useSite()

/** What the test does to the devices of a page. */
type Bench = { captured: MediaStreamTrack[]; refusal: string | undefined }

/** Runs in the page: remembers what was captured, and refuses when told to. */
const watchDevices = () => {
  const bench: Bench = { captured: [], refusal: undefined }
  Object.assign(window, { bench })
  const { mediaDevices } = navigator
  // The empty page before the page has none.
  if (!mediaDevices) return
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices)
  mediaDevices.getUserMedia = async (constraints) => {
    if (bench.refusal !== undefined) throw new DOMException('', bench.refusal)
    const stream = await getUserMedia(constraints)
    bench.captured.push(...stream.getTracks())
    return stream
  }
}

/** The newest track of this kind is unplugged; another is refused with this error, if one is given. */
const unplug = (page: Page, kind: 'audio' | 'video', refusal?: string) =>
  page.evaluate(
    (wanted, error) => {
      const { bench } = window as unknown as { bench: Bench }
      bench.refusal = error ?? undefined
      const track = bench.captured.findLast((one) => one.kind === wanted && one.readyState === 'live')
      track?.stop()
      track?.dispatchEvent(new Event('ended'))
    },
    kind,
    refusal ?? null,
  )

const plugIn = (page: Page) =>
  page.evaluate(() => {
    ;(window as unknown as { bench: Bench }).bench.refusal = undefined
  })

const tell = (page: Page, kind: 'audio' | 'video', event: 'mute' | 'unmute') =>
  page.evaluate(
    (wanted, type) => {
      const { bench } = window as unknown as { bench: Bench }
      bench.captured.findLast((one) => one.kind === wanted)?.dispatchEvent(new Event(type))
    },
    kind,
    event,
  )

const producerOf = (call: CallPage, source: 'mic' | 'cam') =>
  call.page.evaluate((name) => window.tertulia.state.self?.published[name]?.producerId, source)

/** Whether somebody's microphone is off for another. */
const isMuted = (call: CallPage, peerId: string) =>
  call.page.evaluate(
    (id) => window.tertulia.state.peers.find((peer) => peer.id === id)?.published.mic?.paused === true,
    peerId,
  )

describe.each(BROWSERS)('devices during a call, in %s', (browser) => {
  const { join } = site.in(browser)

  const two = async () => {
    const room = site.newRoom()
    const ana = await join(room, 'Ana', { before: watchDevices })
    const ben = await join(room, 'Ben')
    const [anaId = ''] = await joinedPeers([ana])
    await ben.seesAndHears([anaId])
    return { ana, ben, anaId }
  }

  const itWithTrackEvents = it.runIf(can(browser, 'trackEvents'))

  itWithTrackEvents.each([
    ['mic', 'audio'],
    ['cam', 'video'],
  ] as const)('puts another %s in the place of one that is unplugged, and says so', async (source, kind) => {
    const { ana, ben, anaId } = await two()
    const before = await producerOf(ana, source)
    await unplug(ana.page, kind)
    await shown(ana.page, 'toast')
    await until(async () => (await ana.pressed(`toggle-${source}`)) === 'true', { what: 'the device to be on' })
    await ben.seesAndHears([anaId])
    expect(before).toBeDefined()
    expect(await producerOf(ana, source)).toBe(before)
    expect(await ana.page.$(hook('device-problem'))).toBeNull()
  })

  itWithTrackEvents.each([
    ['there is no other', 'NotFoundError', 'lost'],
    ['the permission was taken back', 'NotAllowedError', 'permissionDenied'],
    ['another program has it', 'NotReadableError', 'inUse'],
  ])('mutes, and says why, when a microphone goes and %s; it comes back in its place', async (_, error, reason) => {
    const { ana, ben, anaId } = await two()
    const before = await producerOf(ana, 'mic')
    await unplug(ana.page, 'audio', error)
    await ana.page.waitForSelector(`${hook('device-problem')}[data-reason="${reason}"]`)
    expect(await ana.pressed('toggle-mic')).toBe('false')
    await until(() => isMuted(ben, anaId), { what: 'Ana to be muted for Ben' })
    await plugIn(ana.page)
    await ana.click('toggle-mic')
    await until(async () => !(await isMuted(ben, anaId)), { what: 'Ana to be heard by Ben' })
    await ben.seesAndHears([anaId])
    expect(await producerOf(ana, 'mic')).toBe(before)
    expect(await ana.page.$(hook('device-problem'))).toBeNull()
  })

  itWithTrackEvents('says that a device is interrupted while it is', async () => {
    const { ana } = await two()
    await tell(ana.page, 'video', 'mute')
    await ana.page.waitForSelector(`${hook('device-problem')}[data-reason="interrupted"]`)
    await tell(ana.page, 'video', 'unmute')
    await ana.page.waitForSelector(hook('device-problem'), { hidden: true })
  })

  it('asks for a click, once, where the browser holds sound back', async () => {
    const room = site.newRoom()
    const ana = await join(room, 'Ana')
    const holdBack = () => {
      let touched = false
      addEventListener('pointerdown', () => {
        touched = true
      })
      const { prototype } = HTMLMediaElement
      const play = prototype.play
      prototype.play = function (this: HTMLMediaElement) {
        if (touched || this instanceof HTMLVideoElement) return play.call(this)
        return Promise.reject(new DOMException('', 'NotAllowedError'))
      }
    }
    const ben = await join(room, 'Ben', { before: holdBack })
    await shown(ben.page, 'enable-sound')
    await ben.click('enable-sound')
    await ben.page.waitForSelector(hook('enable-sound'), { hidden: true })
    await ben.seesAndHears(await joinedPeers([ana]))
  })
})
