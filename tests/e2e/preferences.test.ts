import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { seriousFaults } from '../support/axe.ts'
import { BROWSERS, can } from '../support/browsers.ts'
import { hook, useSite } from '../support/callPage.ts'
import { renderSnapshot, somePeople } from '../support/screens/buildScreens.ts'
import { openScreensNode, press, tile } from '../support/screens/stage.ts'

/** What people have set in their system: less motion, more contrast, colours of their own. */
const site = useSite(openScreensNode)

const token = (page: Page, name: string) =>
  page.evaluate((name) => getComputedStyle(document.documentElement).getPropertyValue(name), name)

const moving = (page: Page) =>
  page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length)

describe.each(BROWSERS.filter((name) => can(name, 'mediaFeatures')))('the page, in %s', (browser) => {
  const open = async (feature: string, value: string) => {
    const page = await site.in(browser).open('/r/friday-coffee')
    await page.emulateMediaFeatures([{ name: feature, value }])
    await renderSnapshot(page, { people: somePeople(4), speakers: [1] })
    return page
  }
  const steps: [string, (page: Page) => Promise<unknown>][] = [
    ['a tile is made large', (page) => press(page, `${tile('peer-3:cam')} ${hook('pin')}`)],
    ['somebody comes', (page) => renderSnapshot(page, { people: somePeople(6), speakers: [0, 1] })],
    ['the chat opens', (page) => press(page, hook('chat'))],
    ['a menu opens', (page) => press(page, hook('more'))],
    ['a dialog opens', (page) => press(page, hook('settings'))],
  ]

  it('moves nothing for who wants less motion', async () => {
    const page = await open('prefers-reduced-motion', 'reduce')
    for (const [what, act] of steps) {
      await act(page)
      // What begins to move does so with the next frame.
      await page.evaluate(() => new Promise(requestAnimationFrame))
      expect([what, await moving(page)]).toEqual([what, 0])
    }
    await page.emulateMediaFeatures([])
    // At once, before the motion is over.
    const moved = await page.evaluate(
      async (pin) => {
        document.querySelector<HTMLElement>(pin)?.click()
        for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame)
        return document.getAnimations().filter(({ playState }) => playState === 'running').length
      },
      `${tile('peer-2:cam')} ${hook('pin')}`,
    )
    expect(moved).toBeGreaterThan(0)
  })

  it('has stronger lines and texts for who wants more contrast', async () => {
    const names = ['--text-muted', '--line', '--tile-edge', '--plate']
    const page = await open('prefers-contrast', 'more')
    const more = await Promise.all(names.map((name) => token(page, name)))
    const [text, strong] = [await token(page, '--text'), await token(page, '--line-strong')]
    expect(more.slice(0, 3)).toEqual([text, strong, strong])
    expect(await seriousFaults(page)).toEqual([])
    await page.emulateMediaFeatures([])
    const usual = await Promise.all(names.map((name) => token(page, name)))
    for (const [at, value] of usual.entries()) expect(value).not.toBe(more[at])
  })

  it('keeps its edges and signs where the system gives the colours', async () => {
    const page = await open('forced-colors', 'active')
    const edge = (key: string) =>
      page.$eval(tile(key), (element) => {
        const { borderTopWidth, borderTopColor } = getComputedStyle(element, '::after')
        return { width: borderTopWidth, colour: borderTopColor }
      })
    const system = (name: string) =>
      page.evaluate((name) => {
        const probe = document.body.appendChild(document.createElement('i'))
        probe.style.color = name
        const { color } = getComputedStyle(probe)
        probe.remove()
        return color
      }, name)
    // Who speaks is told by a thick edge in the system's own strong colour, everybody else by a thin one.
    expect(await edge('peer-1:cam')).toEqual({ width: '4px', colour: await system('Highlight') })
    expect(await edge('peer-0:cam')).toEqual({ width: '1px', colour: await system('CanvasText') })
    const plate = await page.$eval('.plate', (element) => getComputedStyle(element).backgroundColor)
    expect(plate).toBe(await system('Canvas'))
    expect(await seriousFaults(page)).toEqual([])
  })
})
