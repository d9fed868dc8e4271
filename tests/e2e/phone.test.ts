import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { BROWSERS, can } from '../support/browsers.ts'
import { CallPage, hook, joinedPeers, shown, useSite } from '../support/callPage.ts'
import { until } from '../support/until.ts'

/** A call from a telephone, by finger. */
const site = useSite()
const desktop = site.in('chromium')

const SIZES = [
  ['upright', { width: 390, height: 844, touch: true }],
  ['on its side', { width: 844, height: 390, touch: true }],
] as const

/** Run in the page: the two cameras of a telephone, green towards the person and red away from them. */
function twoCameras(): void {
  const { mediaDevices } = navigator
  const capture = mediaDevices.getUserMedia.bind(mediaDevices)
  const colours = { user: '#00a000', environment: '#c00000' }
  const openCamera = (facingMode: keyof typeof colours) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 })
    const context = canvas.getContext('2d')
    const [track] = canvas.captureStream(15).getVideoTracks()
    if (!context || !track) throw new Error('no canvas')
    context.fillStyle = colours[facingMode]
    setInterval(() => context.fillRect(0, 0, canvas.width, canvas.height), 60)
    return Object.assign(track, { getSettings: () => ({ width: 640, height: 360, facingMode, deviceId: facingMode }) })
  }
  mediaDevices.getUserMedia = async ({ audio, video } = {}) => {
    const sound = audio ? (await capture({ audio })).getTracks() : []
    const away = JSON.stringify(video ?? '').includes('environment')
    return new MediaStream([...sound, ...(video ? [openCamera(away ? 'environment' : 'user')] : [])])
  }
  mediaDevices.enumerateDevices = async () =>
    Object.keys(colours).map((deviceId) => ({ kind: 'videoinput', deviceId, label: deviceId }) as MediaDeviceInfo)
}

/** Where the bar may have gone, the first touch only brings it back. */
async function tapInCall(page: Page, testId: string): Promise<void> {
  await page.tap(hook('tile'))
  await page.waitForSelector('.bar[data-idle="false"]')
  await page.tap(hook(testId))
}

/** Taken as strongest of red, green and blue in the middle of somebody's picture. */
const colourOf = (page: Page, selector: string) =>
  page.$eval(selector, (video) => {
    const context = new OffscreenCanvas(1, 1).getContext('2d')
    context?.drawImage(video as HTMLVideoElement, 0, 0, 1, 1)
    const [red = 0, green = 0] = context?.getImageData(0, 0, 1, 1).data ?? []
    return red > green + 50 ? 'red' : green > red + 50 ? 'green' : 'neither'
  })

const scrollsSideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth)

describe.each(BROWSERS.filter((browser) => can(browser, 'touch')))('a telephone with %s', (browser) => {
  it('of the narrowest kind shows every button of the bar whole, and as large as a finger', async () => {
    const { page } = await site.in(browser).join(site.newRoom(), 'Ana', { width: 320, height: 568, touch: true })
    const wrong = await page.$$eval('.bar button', (buttons) =>
      buttons
        .map((button) => ({ label: button.getAttribute('aria-label'), box: button.getBoundingClientRect() }))
        .filter(({ box }) => box.left < 0 || box.right > innerWidth || box.width < 44 || box.height < 44)
        .map(({ label }) => label),
    )
    expect(wrong).toEqual([])
  })

  it.each(SIZES)('%s: into a call, chat, the other camera, and out again', async (_, size) => {
    const page = await site.in(browser).open('/', { ...size, before: twoCameras })
    const ana = new CallPage(page, 'Ana')
    await shown(page, 'new-call')
    await page.tap(hook('new-call'))
    await shown(page, 'name')
    await page.type(hook('name'), 'Ana')
    expect(await scrollsSideways(page)).toBe(false)
    await page.tap(hook('join'))
    await ana.connected()

    const ben = await desktop.join(new URL(page.url()).pathname.replace('/r/', ''), 'Ben')
    const [anaId = '', benId = ''] = await joinedPeers([ana, ben])
    await ana.seesAndHears([benId])
    await ben.seesAndHears([anaId])
    expect(await scrollsSideways(page)).toBe(false)

    await tapInCall(page, 'chat')
    await shown(page, 'chat-input')
    await page.type(hook('chat-input'), 'From the train')
    await page.tap(hook('chat-send'))
    await page.waitForSelector(hook('chat-message'))
    await ben.page.waitForSelector(`${hook('chat')} .badge`)
    expect(await scrollsSideways(page)).toBe(false)
    await page.tap(hook('close-panel'))
    await page.waitForSelector(hook('chat-panel'), { hidden: true })

    const picture = `${ben.tile(anaId)} video`
    const seen = (colour: string) =>
      until(async () => (await colourOf(ben.page, picture)) === colour, { what: `a ${colour} picture` })
    const sent = async () => {
      const { sent } = await ana.stats()
      return sent.flatMap(({ source, streams }) => streams.map(({ ssrc }) => `${source} ${ssrc}`)).sort()
    }
    await seen('green')
    const before = await sent()
    await tapInCall(page, 'more')
    await shown(page, 'flip')
    await page.tap(hook('flip'))
    await seen('red')
    // The same streams: the track was replaced, nothing was negotiated.
    expect(await sent()).toEqual(before)

    await tapInCall(page, 'leave')
    await shown(page, 'leave-call')
    await page.tap(hook('leave-call'))
    await shown(page, 'rejoin')
    await ben.page.waitForSelector(ben.tile(anaId), { hidden: true })
  })
})
