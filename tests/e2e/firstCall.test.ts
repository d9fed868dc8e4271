import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { BROWSERS, type BrowserName } from '../support/browsers.ts'
import { hook, joinedPeers, shown, useSite } from '../support/callPage.ts'
import { until } from '../support/until.ts'

/** What somebody meets who is in a call for the first time. */
const site = useSite()
const { newRoom } = site
const quietlyIn = (browser: BrowserName) => (room: string, name: string) =>
  site.in(browser).join(room, name, { cam: false })

const click = (page: Page, testId: string) =>
  page.$eval(hook(testId), (button) => {
    ;(button as HTMLElement).click()
  })

describe.each(BROWSERS)('a link, in %s', (browser) => {
  const quietly = quietlyIn(browser)

  it('leads to the same room with capitals and without', async () => {
    const room = newRoom()
    const ana = await quietly(room, 'Ana')
    await quietly(room.toUpperCase(), 'Ben')
    await until(async () => (await ana.peerNames()).includes('Ben'), { what: 'Ben' })
  })

  it('says so where only this computer can open it, and its room has a name only if somebody gave it one', async () => {
    const { page } = await quietly('k7pq2-9xzwm-4tb0c-hhn83-v1e6d', 'Ana')
    await shown(page, 'only-here')
    expect(await page.$eval(hook('only-here'), ({ textContent }) => textContent)).toContain('Only this computer')
    expect(await page.title()).toBe('Tertulia')
    expect(await page.$('.bar-room-name')).toBeNull()
  })
})

describe.each(BROWSERS)('who is alone, in %s', (browser) => {
  const quietly = quietlyIn(browser)

  it('is offered the link, until it is closed; and again when the others have left', async () => {
    const room = newRoom()
    const { page } = await quietly(room, 'Ana')
    await shown(page, 'alone')
    await page.focus(hook('close-alone'))
    await page.keyboard.press('Enter')
    await page.waitForSelector(hook('alone'), { hidden: true })
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN')
    const ben = await quietly(room, 'Ben')
    await page.waitForFunction(() => window.tertulia.state.peers.length === 1)
    expect(await page.$(hook('alone'))).toBeNull()
    await click(ben.page, 'leave')
    await shown(page, 'alone')
    expect(await page.$eval(`${hook('alone')} h2`, (title) => title.textContent)).toBe('Nobody else is here')
  })
})

describe.each(BROWSERS)('an effect that does not work here, in %s', (browser) => {
  const { open } = site.in(browser)

  it('turns the camera off, in words, and on again only as the person wants', async () => {
    // This browser's camera knows no blur.
    const page = await open(`/r/${newRoom()}`, { before: () => localStorage.setItem('tertulia.background', 'blur') })
    await page.waitForSelector(`${hook('device-problem')}[data-reason="effectFailed"]`)
    const pressed = () => page.$eval(hook('toggle-cam'), (button) => button.getAttribute('aria-pressed'))
    await until(async () => (await pressed()) === 'false', { what: 'the camera off' })
    await click(page, 'toggle-cam')
    await until(async () => (await pressed()) === 'true', { what: 'the camera on' })
    await page.waitForSelector(hook('device-problem'), { hidden: true })
  })
})

describe.each(BROWSERS)('the others, in %s', (browser) => {
  const quietly = quietlyIn(browser)

  it('see in a word who raises a hand, and hear it once', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    await click(ana.page, 'hand')
    const sayings = async (selector: string) => {
      const texts = await ben.page.$$eval(selector, (all) => all.map(({ textContent }) => textContent ?? ''))
      return texts.filter((text) => text.includes('Ana raises a hand')).length
    }
    await until(async () => (await sayings(hook('toast'))) === 1, { what: 'a word of it' })
    await until(async () => (await sayings(`${hook('announcements')} p`)) === 1, { what: 'it said once' })
    await click(ana.page, 'hand')
    await ben.page.waitForSelector(hook('toast'), { hidden: true, timeout: 20_000 })
  })

  it('can be made softer from their picture', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    const [anaId = ''] = await joinedPeers([ana, ben])
    const { page } = ben
    await page.waitForSelector(`${hook('sounds')} audio`)
    await page.waitForSelector(`${ben.tile(anaId)} ${hook('tile-menu')}`)
    await page.$eval(`${ben.tile(anaId)} ${hook('tile-menu')}`, (button) => (button as HTMLElement).click())
    await shown(page, 'tile-volume')
    await click(page, 'tile-volume')
    await shown(page, 'volume')
    await page.focus(hook('volume'))
    await page.keyboard.press('Home')
    await until(() => page.$eval(`${hook('sounds')} audio`, (audio) => (audio as HTMLAudioElement).volume === 0), {
      what: 'silence',
    })
  })
})
