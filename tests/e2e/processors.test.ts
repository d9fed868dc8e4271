/** Effects on the outgoing camera, judged by what the receiver decodes. */
import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import type { ConferenceClient } from '../../client/sdk/ConferenceClient.ts'
import type { EffectName } from '../../client/sdk/processors/index.ts'
import { BROWSERS, type BrowserName } from '../support/browsers.ts'
import { joinedPeers, useSite } from '../support/callPage.ts'
import { until } from '../support/until.ts'

const site = useSite()
const { newRoom } = site

describe.each(BROWSERS)('the camera of a person with %s', (browser) => {
  it('is seen with the effect, by the pixels that the others decode', async () => {
    const { sender, seen } = await startCall(browser)
    const plain = await settled(seen)
    await setEffect(sender.page, 'ascii')
    const ascii = await until(
      async () => judge(await seen(), (it) => it.detail > 4 * plain.detail && isText(it, plain)),
      {
        what: async () => ({ plain, now: await seen() }),
        deadlineMs: 20_000,
        everyMs: 250,
      },
    )
    await setEffect(sender.page, 'frosted')
    const frosted = await until(async () => judge(await seen(), (it) => it.detail < plain.detail / 4), {
      what: 'a picture without detail',
      deadlineMs: 20_000,
      everyMs: 250,
    })
    await setEffect(sender.page, undefined)
    await until(async () => judge(await seen(), (it) => it.detail > 2 * frosted.detail && it.dark < ascii.dark / 2), {
      what: 'the plain picture again',
      deadlineMs: 20_000,
      everyMs: 250,
    })
    console.log(`${browser}:`, { plain, ascii, frosted })
  })
})

describe('the camera with an effect', () => {
  it('goes on moving while its tab is hidden (Firefox, where pictures are drawn on the page)', async () => {
    const { sender, seen } = await startCall('firefox')
    await setEffect(sender.page, 'frosted')
    const front = await sender.page.browserContext().newPage()
    await front.bringToFront()
    await until(() => sender.page.evaluate(() => document.hidden), { what: 'the tab to be hidden' })
    // Without the clock about one a second trickles through.
    let rate = 0
    await until(
      async () => {
        rate = await picturesPerSecond(async () => (await seen()).sum)
        return rate > 4
      },
      { what: () => `a moving picture, now ${rate} different ones a second`, deadlineMs: 30_000 },
    )
    console.log(`hidden tab: at least ${rate.toFixed(1)} different pictures a second`)
    expect(await sender.page.evaluate(() => document.hidden)).toBe(true)
  })

  it('is off when the effect breaks: nobody is seen without it unasked', async () => {
    const { sender, seen, gone } = await startCall('chromium')
    const plain = await settled(seen)
    await setEffect(sender.page, 'ascii')
    await until(async () => judge(await seen(), (it) => isText(it, plain)), { what: 'text', deadlineMs: 20_000 })
    // A name that the worker does not know makes it fail.
    await setEffect(sender.page, 'none' as EffectName)
    await gone()
  })
})

/** One person sends, the other looks; the one who looks is in Chromium, in a tab that stays in front. */
async function startCall(browser: BrowserName) {
  const room = newRoom()
  const receiver = await site.in('chromium').join(room, 'Ben', { cam: false, mic: false })
  const sender = await site.in(browser).join(room, 'Ana', { mic: false })
  const [senderId = ''] = await joinedPeers([sender])
  const selector = `${receiver.tile(senderId)} video`
  await receiver.page.waitForSelector(selector)
  return {
    sender,
    seen: () => receiver.page.evaluate(measurePicture, selector),
    gone: () => receiver.page.waitForSelector(selector, { hidden: true }),
  }
}

function setEffect(page: Page, effect: EffectName | undefined): Promise<void> {
  return page.evaluate(
    (name) => (globalThis as unknown as { tertulia: ConferenceClient }).tertulia.setVideoEffect(name ?? undefined),
    effect ?? null,
  )
}

type Picture = {
  /** Mean square of the difference of neighbouring pixels, in brightness: what is sharp counts, a gradient hardly. */
  detail: number
  /** Shares of all pixels, 0 to 1: nearly black ones, and those that differ strongly from the one beside. */
  dark: number
  edges: number
  /** Differs when the picture does. */
  sum: number
}

/** Runs in the page: looks at what its video shows now. */
function measurePicture(selector: string): Picture {
  const [width, height] = [640, 360]
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  const video = document.querySelector<HTMLVideoElement>(selector)
  if (!context || !video || video.videoWidth === 0) throw new Error('nothing is seen yet')
  context.drawImage(video, 0, 0, width, height)
  const { data } = context.getImageData(0, 0, width, height)
  const brightness = (at: number) =>
    0.2126 * (data[at * 4] ?? 0) + 0.7152 * (data[at * 4 + 1] ?? 0) + 0.0722 * (data[at * 4 + 2] ?? 0)
  const total = { detail: 0, dark: 0, edges: 0, sum: 0 }
  for (let at = 0; at < width * (height - 1); at++) {
    const here = brightness(at)
    const right = at % width === width - 1 ? here : brightness(at + 1)
    total.detail += (here - right) ** 2 + (here - brightness(at + width)) ** 2
    if (here < 24) total.dark++
    if (Math.abs(here - right) > 40) total.edges++
    total.sum = (total.sum * 31 + Math.round(here)) | 0
  }
  const pixels = width * (height - 1)
  return { ...total, detail: total.detail / pixels, dark: total.dark / pixels, edges: total.edges / pixels }
}

/** Characters on black: much of it dark, and sharp edges everywhere. */
const isText = (picture: Picture, plain: Picture) =>
  picture.dark > plain.dark + 0.25 && picture.edges > 3 * plain.edges && picture.edges > 0.02

const judge = (picture: Picture, verdict: (it: Picture) => boolean) => (verdict(picture) ? picture : undefined)

/** The picture when the largest layer has come and is sharp: its detail rises no more. */
async function settled(seen: () => Promise<Picture>): Promise<Picture> {
  let best: Picture | undefined
  let steady = 0
  return await until(
    async () => {
      const now = await seen()
      steady = best && now.detail < best.detail * 1.1 ? steady + 1 : 0
      if (!best || now.detail > best.detail) best = now
      return steady >= 8 && best
    },
    { what: 'a picture that gets no sharper', deadlineMs: 30_000, everyMs: 250 },
  )
}

/** How many different ones are seen in two seconds, by looking about twelve times a second. */
async function picturesPerSecond(look: () => Promise<number>): Promise<number> {
  const pictures = new Set<number>()
  const start = performance.now()
  const seconds = () => (performance.now() - start) / 1000
  await until(async () => pictures.add(await look()) && seconds() > 2, { what: 'two seconds', everyMs: 80 })
  return pictures.size / seconds()
}
