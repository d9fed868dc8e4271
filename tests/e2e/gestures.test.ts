import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { BROWSERS } from '../support/browsers.ts'
import { hook, useSite } from '../support/callPage.ts'
import { renderSnapshot, somePeople } from '../support/screens/buildScreens.ts'
import { boxes, gliding, keys, middle, openScreensNode, tile } from '../support/screens/stage.ts'

/** What a finger does to tiles: tap, rest and move, swipe. */
const site = useSite(openScreensNode)

/** A finger that goes from one place to the other at once. */
async function swipe({ touchscreen }: Page, from: readonly [number, number], to: readonly [number, number]) {
  const touch = await touchscreen.touchStart(...from)
  for (const part of [0.3, 0.6, 1])
    await touch.move(from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part)
  await touch.end()
}

const pageShown = (page: Page) => page.$eval(`${hook('page')} [aria-hidden]`, (text) => text.textContent ?? '')

describe.each(BROWSERS)('a finger, in %s', (browser) => {
  const open = async (people: number) => {
    const page = await site.in(browser).open('/r/friday-coffee', { width: 390, height: 844, touch: true })
    await renderSnapshot(page, { people: somePeople(people) })
    return page
  }

  it('that rests on a tile takes it, and puts it elsewhere', async () => {
    const page = await open(5)
    const [, second, , , , last] = await boxes(page)
    if (!second || !last) throw new Error('six tiles were to be there')
    const touch = await page.touchscreen.touchStart(...middle(last))
    await page.waitForSelector(`${tile(last.key)}[data-lifted="true"]`)
    const [from, to] = [middle(last), middle(second)]
    for (const part of [0.2, 0.4, 0.6, 0.8, 1])
      await touch.move(from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part)
    await touch.end()
    await page.waitForSelector(`${tile(last.key)}:not([data-lifted])`)
    await gliding(page)
    expect((await keys(page)).indexOf(last.key)).toBe(1)
  })

  it('that goes on at once turns the page sideways, and moves no tile', async () => {
    const page = await open(30)
    const first = await keys(page)
    await swipe(page, [300, 300], [80, 310])
    await page.waitForFunction((before) => document.querySelector(`[data-key="${before}"]`) === null, {}, first[1])
    expect(await pageShown(page)).toMatch(/^2/)
    // Up and down it turns nothing.
    await swipe(page, [200, 500], [210, 300])
    expect(await pageShown(page)).toMatch(/^2/)
    await swipe(page, [80, 300], [300, 310])
    await page.waitForSelector(tile(first[1] ?? ''))
    expect(await keys(page)).toEqual(first)
  })

  it('turns the page the other way where text runs from the right', async () => {
    const page = await open(30)
    await page.evaluate(() => {
      document.dir = 'rtl'
    })
    await renderSnapshot(page, { people: somePeople(30) })
    const first = await keys(page)
    await swipe(page, [80, 300], [300, 310])
    await page.waitForFunction((before) => document.querySelector(`[data-key="${before}"]`) === null, {}, first[1])
    expect(await pageShown(page)).toMatch(/^2/)
  })

  it('that taps a tile shows what can be done with it', async () => {
    const page = await open(2)
    const [, second] = await boxes(page)
    if (!second) throw new Error('three tiles were to be there')
    await page.touchscreen.tap(...middle(second))
    await page.waitForSelector(`${tile(second.key)} [data-testid="tile-menu"]:focus`)
    await page.waitForFunction(
      (selector) => getComputedStyle(document.querySelector(selector) as Element).opacity === '1',
      {},
      `${tile(second.key)} > .tile-actions`,
    )
  })
})
