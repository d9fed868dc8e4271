import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { ar } from '../../client/ui/i18n/ar.ts'
import { de } from '../../client/ui/i18n/de.ts'
import { en } from '../../client/ui/i18n/en.ts'
import type { Catalogue } from '../../client/ui/i18n/t.ts'
import { BROWSERS } from '../support/browsers.ts'
import { useSite } from '../support/callPage.ts'
import { gliding } from '../support/screens/stage.ts'
import { until } from '../support/until.ts'

/** The page in the language of the browser, and in another one on request. */
const site = useSite()

/** What the person's browser is set to. */
const SETTINGS = {
  ar: () => Object.defineProperty(navigator, 'languages', { value: ['ar', 'en'] }),
  de: () => Object.defineProperty(navigator, 'languages', { value: ['de-AT', 'en'] }),
  fr: () => Object.defineProperty(navigator, 'languages', { value: ['fr'] }),
}
const SIZES = [
  { width: 1280, height: 720 },
  { width: 390, height: 844 },
]
const CASES = BROWSERS.flatMap(
  (browser) =>
    [
      { browser, tag: 'ar', dir: 'rtl', catalogue: ar },
      { browser, tag: 'de', dir: 'ltr', catalogue: de },
    ] as const,
)

/** Where a run leaves pictures to look at, if anywhere. */
const PICTURES = process.env.PICTURES_DIR

/** Every text and label of the document, shown or read out, with one kind of space. */
const textsOn = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const attributes = ['aria-label', 'placeholder', 'title', 'alt'].flatMap((name) =>
      [...document.querySelectorAll(`[${name}]`)].map((element) => element.getAttribute(name) ?? ''),
    )
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const texts: string[] = []
    while (walker.nextNode()) texts.push(walker.currentNode.nodeValue ?? '')
    return [...attributes, ...texts].map((text) => text.replace(/\s+/g, ' ').trim()).filter((text) => text !== '')
  })

/** English texts without anything to fill in that are different in the language. */
function englishOnly(catalogue: Catalogue): ReadonlySet<string> {
  const own = new Set<unknown>(Object.values(catalogue))
  return new Set(Object.values(en).filter((text) => typeof text === 'string' && !own.has(text)) as string[])
}

async function expectTranslated(page: Page, catalogue: Catalogue): Promise<void> {
  const english = englishOnly(catalogue)
  const texts = await textsOn(page)
  expect(texts.length).toBeGreaterThan(10)
  expect(texts.filter((text) => english.has(text))).toEqual([])
}

/** What can be pressed or read, but lies beside the window. */
const outside = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const wide = document.documentElement.scrollWidth > innerWidth ? ['the document'] : []
    const shown = [...document.querySelectorAll<HTMLElement>('button, a, input, select, h1, h2, h3, label, p')].filter(
      (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.visually-hidden'),
    )
    const beside = shown.filter((element) => {
      const { left, right, width } = element.getBoundingClientRect()
      return width > 1 && (left < -1 || right > innerWidth + 1)
    })
    return [...wide, ...beside.map(({ outerHTML }) => outerHTML.slice(0, 120))]
  })

/** Labels that are cut off in their buttons. */
const cutOff = (page: Page): Promise<string[]> =>
  page.$$eval('button.button', (buttons) =>
    buttons
      .filter((button) => button.checkVisibility() && button.scrollWidth > button.clientWidth + 1)
      .map((button) => button.textContent ?? ''),
  )

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png` })
}

async function expectFits(page: Page, name: string): Promise<void> {
  await picture(page, name)
  expect(await outside(page), name).toEqual([])
  expect(await cutOff(page), name).toEqual([])
}

const press = (page: Page, selector: string) => page.locator(selector).click()
const heading = (page: Page) => page.$eval('h1', ({ textContent }) => textContent)
const rootOf = (page: Page) =>
  page.$eval('html', (html) => ({ lang: html.getAttribute('lang'), dir: html.getAttribute('dir') }))

describe.each(CASES)('$browser in $tag', ({ browser, tag, dir, catalogue }) => {
  const { open, join } = site.in(browser)
  const before = SETTINGS[tag]

  it.each(SIZES)('has no English before a call, at $width × $height', async (size) => {
    const name = `${browser}-${tag}-${size.width}`
    const home = await open('/', { ...size, before })
    await home.waitForSelector('h1')
    expect(await heading(home)).toBe(catalogue['home.title'])
    expect(await rootOf(home)).toEqual({ lang: tag, dir })
    await expectTranslated(home, catalogue)
    await expectFits(home, `${name}-home`)

    const page = await open(`/r/before-${name}`, { ...size, before })
    await page.waitForSelector('[data-testid="join"]')
    expect(await heading(page)).toBe(catalogue['prejoin.title'])
    await expectTranslated(page, catalogue)
    await expectFits(page, `${name}-prejoin`)
    await press(page, '[data-testid="settings"]')
    await page.waitForSelector('dialog[open] [data-testid="choose-language"]')
    await expectTranslated(page, catalogue)
    await expectFits(page, `${name}-settings`)
  })

  it.each(SIZES)('has no English in a call, at $width × $height', async (size) => {
    const room = `call-${browser}-${tag}-${size.width}`
    const call = await join(room, 'Noor', { ...size, before })
    const { page } = call
    await page.waitForSelector('.bar')
    await expectTranslated(page, catalogue)
    await expectFits(page, `${room}-alone`)
    await site.guest(room, 'Ana', { mic: 'silent' })
    await until(async () => (await call.tileCount()) === 2, { what: 'two tiles', deadlineMs: 20_000 })

    for (const menu of ['more', 'reactions']) {
      await press(page, `[data-testid="${menu}"]`)
      await page.waitForSelector('[role="menu"]')
      await expectTranslated(page, catalogue)
      await expectFits(page, `${room}-${menu}`)
      await page.keyboard.press('Escape')
    }
    await press(page, '[data-testid="chat"]')
    await page.waitForSelector('[data-testid="chat-panel"]')
    await page.type('[data-testid="chat-input"]', 'Hola!')
    await press(page, '[data-testid="chat-send"]')
    await page.waitForSelector('[data-testid="chat-message"]')
    await expectTranslated(page, catalogue)
    await expectFits(page, `${room}-chat`)
    await press(page, '[data-testid="close-panel"]')
    await page.keyboard.press('?')
    await page.waitForSelector('[data-testid="help-sheet"]')
    await expectTranslated(page, catalogue)
    await expectFits(page, `${room}-help`)
  })
})

describe.each(BROWSERS)('the choice of a language, in %s', (browser) => {
  const { open, join } = site.in(browser)
  const { newRoom } = site
  const choose = (page: Page, tag: string) => page.select('dialog[open] [data-testid="choose-language"]', tag)

  it('changes the texts without a reload, and is remembered', async () => {
    const call = await join(newRoom(), 'Ana', { before: SETTINGS.de })
    const { page } = call
    await press(page, '[data-testid="more"]')
    await press(page, '[data-testid="settings"]')
    await page.waitForSelector('dialog[open] [data-testid="choose-language"]')
    await page.evaluate(() => Object.assign(globalThis, { witness: true }))
    await choose(page, 'ar')
    await page.waitForSelector('html[lang="ar"][dir="rtl"]')
    await until(async () => (await textsOn(page)).includes(ar['settings.title']), { what: 'Arabic texts' })
    await expectTranslated(page, ar)
    expect((await textsOn(page)).filter((text) => englishOnly(de).has(text))).toEqual([])
    await choose(page, 'ko')
    await page.waitForSelector('html[lang="ko"][dir="ltr"]')
    await choose(page, 'ar')
    await page.waitForSelector('html[lang="ar"]')
    expect(await page.evaluate(() => 'witness' in globalThis)).toBe(true)
    await call.connected()

    await page.reload()
    await page.waitForSelector('.bar, h1')
    expect(await rootOf(page)).toEqual({ lang: 'ar', dir: 'rtl' })
  })

  it('turns the call around while it runs', async () => {
    const room = newRoom()
    const call = await join(room, 'Ana', { before: SETTINGS.de })
    const { page } = call
    await site.guest(room, 'Noor', { mic: 'silent' })
    await until(async () => (await call.tileCount()) === 2, { what: 'two tiles', deadlineMs: 20_000 })
    const leftOf = (one: string, other: string) =>
      page.evaluate(
        (selectors) => {
          const [a, b] = selectors.map((selector) => document.querySelector(selector)?.getBoundingClientRect().x ?? 0)
          return Number(a) < Number(b)
        },
        [one, other],
      )
    const own = '[data-testid="tile"][data-key="self:cam"]'
    const others = '[data-testid="tile"]:not([data-key="self:cam"])'
    await gliding(page)
    const [first, second] = (await leftOf(own, others)) ? [own, others] : [others, own]
    expect(await leftOf('.bar [data-testid="more"]', '.bar [data-testid="leave"]')).toBe(true)

    await press(page, '[data-testid="more"]')
    await press(page, '[data-testid="settings"]')
    await page.waitForSelector('dialog[open] [data-testid="choose-language"]')
    await choose(page, 'ar')
    await page.waitForSelector('html[dir="rtl"]')
    expect(await leftOf('.bar [data-testid="more"]', '.bar [data-testid="leave"]')).toBe(false)
    await until(() => leftOf(second, first), { what: 'the tiles to run from the right' })
  })

  it('stands on the first page too, and is English for a language that is not there', async () => {
    const page = await open('/', { before: SETTINGS.fr })
    await page.waitForSelector('h1')
    expect(await heading(page)).toBe(en['home.title'])
    // What the other tests look for is found where it is.
    expect((await textsOn(page)).filter((text) => englishOnly(ar).has(text)).length).toBeGreaterThan(5)
    await page.select('[data-testid="choose-language"]', 'de')
    await page.waitForSelector('html[lang="de"]')
    await until(async () => (await heading(page)) === de['home.title'], { what: 'German texts' })
  })

  it('fetches no other language', async () => {
    const page = await open('/', { before: SETTINGS.de })
    await page.waitForSelector('h1')
    const files = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
    expect(files.filter((file) => /\/(ar|es|id|ko)-[\w-]+\.js/.test(file))).toEqual([])
    expect(files.filter((file) => /\/de-[\w-]+\.js/.test(file))).toHaveLength(1)
  })
})
