import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { IDLE } from '../../client/sdk/clientState.ts'
import type { PeerId } from '../../shared/ids.ts'
import { BROWSERS, type BrowserName, can, type PageOptions } from '../support/browsers.ts'
import { useSite } from '../support/callPage.ts'
import { renderSnapshot, somePeople } from '../support/screens/buildScreens.ts'
import type { Snapshot } from '../support/screens/snapshot.ts'
import {
  type Box,
  boxes,
  gliding,
  keys,
  middle,
  openScreensNode,
  press,
  tile,
  viewport,
} from '../support/screens/stage.ts'
import { until } from '../support/until.ts'

/** How the tiles stand and move, with the page's own components on made-up rooms. */
const site = useSite(openScreensNode)

const openIn = (browser: BrowserName) => async (snapshot: Snapshot, options?: PageOptions) => {
  const page = await site.in(browser).open('/r/friday-coffee', options)
  await renderSnapshot(page, snapshot)
  return page
}

const mode = (page: Page) => page.$eval('.stage', (stage) => (stage as HTMLElement).dataset.mode)
const large = async (page: Page) => (await boxes(page)).flatMap(({ key, role }) => (role === 'main' ? [key] : []))
const THREE = somePeople(2)
const withScreen = (count: number) => somePeople(count).map((person, index) => ({ ...person, screen: index === 0 }))

describe.each(BROWSERS)('the layout, in %s', (browser) => {
  const open = openIn(browser)

  it('follows what happens: a grid, a screen when someone shares one, a grid again', async () => {
    const page = await open({ people: THREE })
    expect(await mode(page)).toBe('grid')
    await renderSnapshot(page, { people: withScreen(2) })
    expect(await mode(page)).toBe('screen')
    expect(await large(page)).toEqual(['peer-0:screen'])
    await renderSnapshot(page, { people: THREE })
    expect(await mode(page)).toBe('grid')
  })

  it('leaves the room to the faces for the one who shares, and shows the screen small above them', async () => {
    const page = await open({ people: THREE, self: { screen: true } })
    expect(await mode(page)).toBe('grid')
    expect(await keys(page)).toEqual(['self:cam', 'peer-0:cam', 'peer-1:cam'])
    const picture = await page.waitForSelector('[data-testid="sharing"] video')
    await page.waitForFunction((video) => (video as HTMLVideoElement).videoWidth > 0, {}, picture)
    expect((await picture?.boundingBox())?.height).toBeLessThan(60)
  })

  it('is chosen in a menu, and remembered', async () => {
    const page = await open({ people: somePeople(5), speakers: [2] })
    await press(page, '[data-testid="layout"]')
    await press(page, '[data-testid="layout-speaker"]')
    expect(await large(page)).toEqual(['peer-2:cam'])
    await page.reload()
    await renderSnapshot(page, { people: somePeople(5) })
    expect(await mode(page)).toBe('speaker')
  })

  it('keeps large what is pinned, whoever speaks, until it is let go', async () => {
    const page = await open({ people: somePeople(4), speakers: [0] })
    await press(page, `${tile('peer-3:cam')} [data-testid="pin"]`)
    expect(await large(page)).toEqual(['peer-3:cam'])
    await renderSnapshot(page, { people: somePeople(4), speakers: [1] })
    expect(await large(page)).toEqual(['peer-3:cam'])
    await press(page, `${tile('peer-3:cam')} [data-testid="pin"]`)
    expect(await mode(page)).toBe('grid')
  })

  it('moves the same elements, without a break in their motion', async () => {
    const page = await open({ people: somePeople(4) })
    await page.$eval(tile('peer-2:cam'), (element) => Object.assign(element, { witness: true }))
    // At once, before the motion is over.
    const transitions = await page.$eval(tile('peer-2:cam'), async (element) => {
      element.querySelector<HTMLElement>('[data-testid="pin"]')?.click()
      for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame)
      return element.getAnimations().filter((animation) => animation instanceof CSSTransition).length
    })
    expect(transitions).toBeGreaterThan(0)
    expect(await page.$eval(tile('peer-2:cam'), (element) => 'witness' in element)).toBe(true)
  })

  it('hides oneself, and shows oneself again', async () => {
    const page = await open({ people: THREE })
    await press(page, `${tile('self:cam')} [data-testid="tile-menu"]`)
    await press(page, '[data-testid="hide-self"]')
    expect(await keys(page)).not.toContain('self:cam')
    await press(page, '[data-testid="layout"]')
    await press(page, '[data-testid="show-self"]')
    expect(await keys(page)).toContain('self:cam')
  })

  it('runs from right to left where text does', async () => {
    const page = await open({ people: THREE })
    const before = await boxes(page)
    await page.evaluate(() => {
      document.dir = 'rtl'
    })
    await renderSnapshot(page, { people: THREE, speakers: [0] })
    const after = await boxes(page)
    const first = (all: Box[]) => all.find(({ key }) => key === 'self:cam') as Box
    expect(Math.round(first(after).x)).toBe(Math.round(1280 - first(before).x - first(before).width))
  })
})

describe.each(BROWSERS)('tiles, in %s', (browser) => {
  const open = openIn(browser)

  it('are put elsewhere by the pointer; the others make room', async () => {
    const page = await open({ people: somePeople(5) })
    const [, second, , , , last] = await boxes(page)
    if (!second || !last) throw new Error('six tiles were to be there')
    await page.mouse.move(...middle(last))
    await page.mouse.down()
    await page.mouse.move(...middle(second), { steps: 12 })
    await page.waitForSelector(`${tile(last.key)}[data-lifted="true"]`)
    await page.mouse.up()
    await gliding(page)
    expect((await keys(page)).indexOf(last.key)).toBe(1)
  })

  it('are reached and moved by keys alone', async () => {
    const page = await open({ people: somePeople(5) })
    const before = await keys(page)
    const focused = () => page.evaluate(() => document.activeElement?.closest('li')?.dataset.key)
    await page.focus(`${tile(before[0] ?? '')} [data-testid="tile-menu"]`)
    await page.keyboard.press('ArrowRight')
    expect(await focused()).toBe(before[1])
    await page.keyboard.press('ArrowDown')
    expect(await focused()).toBe(before[4])
    await page.keyboard.down('Shift')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.up('Shift')
    await gliding(page)
    expect((await keys(page)).indexOf(before[4] ?? '')).toBe(3)
    expect(await page.$eval('[data-testid="announcements"]', (log) => log.textContent)).toContain('place 4 of 6')
    await page.keyboard.press('k')
    expect(await large(page)).toEqual([before[4]])
    const inTabOrder = await page.$$eval(
      '[data-testid="tile-menu"]',
      (all) => all.filter((button) => (button as HTMLElement).tabIndex === 0).length,
    )
    expect(inTabOrder).toBe(1)
  })

  it('of a later page come forward when their person speaks', async () => {
    const page = await open({ people: somePeople(30) }, { width: 390, height: 844 })
    expect(await keys(page)).not.toContain('peer-25:cam')
    const before = await keys(page)
    await renderSnapshot(page, { people: somePeople(30), speakers: [25] })
    const after = await keys(page)
    expect(after).toContain('peer-25:cam')
    expect(after.filter((key) => before.includes(key))).toHaveLength(before.length - 1)
    await press(page, '[data-testid="next-page"]')
    expect(await page.$eval('[data-testid="page"]', (text) => text.textContent)).toContain('2')
    expect((await keys(page)).some((key) => after.includes(key))).toBe(false)
  })

  it('fill the screen on their own', async () => {
    const page = await open({ people: THREE })
    await page.focus(`${tile('peer-1:cam')} [data-testid="tile-menu"]`)
    await page.keyboard.press('f')
    await page.waitForFunction(() => document.fullscreenElement?.getAttribute('data-key') === 'peer-1:cam')
    await until(async () => (await viewport(page)).length === 1, { what: 'only this picture to be asked for' })
    await page.evaluate(() => document.exitFullscreen())
    await until(async () => (await viewport(page)).length === 2, { what: 'everyone again' })
  })
})

describe.each(BROWSERS)('what is asked of the server, in %s', (browser) => {
  const open = openIn(browser)

  it('is what is on screen, in device pixels', async () => {
    const page = await open({ people: somePeople(30) }, { width: 390, height: 844 })
    const shown = (await boxes(page)).filter(({ key }) => key !== 'self:cam')
    const asked = await viewport(page)
    expect(asked.map(({ peerId, source }) => `${peerId}:${source}`).sort()).toEqual(shown.map(({ key }) => key).sort())
    expect(asked[0]?.width).toBe(Math.round(shown[0]?.width ?? 0))
  })

  it('is nothing while the page is hidden', async () => {
    const page = await open({ people: THREE })
    const setVisibility = (state: string) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'visibilityState', { value, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      }, state)
    await setVisibility('hidden')
    expect(await viewport(page)).toEqual([])
    await setVisibility('visible')
    expect(await viewport(page)).toHaveLength(2)
  })

  it.runIf(can(browser, 'documentPip'))('is what the small window shows, while only that can be seen', async () => {
    const page = await open({ people: somePeople(8), speakers: [4] })
    await page.click('[data-testid="layout"]')
    await page.locator('[data-testid="small-window"]').click()
    const small = () =>
      page.evaluate(() => {
        const { window } = (globalThis as unknown as { documentPictureInPicture: { window: Window | null } })
          .documentPictureInPicture
        return [...(window?.document.querySelectorAll('[data-testid="small-tile"] .plate-name') ?? [])].map(
          (name) => name.textContent ?? '',
        )
      })
    await until(async () => (await small()).length === 4, { what: 'four tiles in the small window' })
    expect((await small())[0]).toBe(somePeople(8)[4]?.name)
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    })
    expect((await viewport(page)).map(({ peerId }) => peerId)).toContain('peer-4')
    expect((await viewport(page)).length).toBeLessThanOrEqual(4)
  })

  it.runIf(can(browser, 'videoPip'))('is who speaks, where only a video can have a small window', async () => {
    const page = await open({ people: somePeople(8), speakers: [4] }, { before: onlyVideoPip })
    await page.click('[data-testid="layout"]')
    await page.locator('[data-testid="small-window"]').click()
    const small = () => viewport(page).then((all) => all.filter(({ width }) => width === 640))
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    })
    await until(async () => (await small()).map(({ peerId }) => peerId).join() === 'peer-4', { what: 'who speaks' })
    expect(await viewport(page)).toHaveLength(1)
    const shownTrack = () =>
      page.evaluate(() => {
        const { pipVideo } = globalThis as unknown as { pipVideo?: HTMLVideoElement }
        return (pipVideo?.srcObject as MediaStream | undefined)?.getVideoTracks()[0]?.id
      })
    const before = await shownTrack()
    await renderSnapshot(page, { people: somePeople(8), speakers: [0] })
    await until(async () => (await small()).map(({ peerId }) => peerId).join() === 'peer-0', { what: 'who speaks now' })
    expect([before, undefined]).not.toContain(await shownTrack())
    await page.evaluate(() => document.exitPictureInPicture())
    await until(async () => (await viewport(page)).length === 0, { what: 'nothing, once the small window is closed' })
  })

  it('is never a small window where there can be none: nobody is offered one', async () => {
    const page = await open({ people: THREE }, { before: noPip })
    await page.click('[data-testid="layout"]')
    await page.waitForSelector('[data-testid="show-self"]')
    expect(await page.$('[data-testid="small-window"]')).toBeNull()
  })
})

/** Run in the page: like a browser that can lift a video out of it, but nothing else. Keeps the video in sight. */
function onlyVideoPip(): void {
  Object.defineProperty(globalThis, 'documentPictureInPicture', { value: undefined })
  const { requestPictureInPicture } = HTMLVideoElement.prototype
  HTMLVideoElement.prototype.requestPictureInPicture = function () {
    Object.assign(globalThis, { pipVideo: this })
    return requestPictureInPicture.call(this)
  }
}

function noPip(): void {
  Object.defineProperty(globalThis, 'documentPictureInPicture', { value: undefined })
  Object.defineProperty(document, 'pictureInPictureEnabled', { value: false })
}

describe.each(BROWSERS)('news, in %s', (browser) => {
  const open = openIn(browser)

  it.each([
    ['a desktop', {}],
    ['a telephone upright', { width: 390, height: 844 }],
    ['a low window', { width: 844, height: 390 }],
  ])('covers no name on %s, nor a notice that somebody knocks', async (_, size) => {
    const page = await open({ people: [] }, size)
    const knocking = [{ peerId: 'zoe' as PeerId, name: 'Zoe', since: 0 }]
    const state = { access: { ...IDLE.access, lobby: knocking } }
    for (const count of [1, 4, 16]) {
      const [first, ...others] = somePeople(count)
      if (!first) throw new Error('there was to be somebody')
      await renderSnapshot(page, { people: [first, ...others], state })
      await renderSnapshot(page, { people: [{ ...first, hand: 1 }, ...others], state })
      await page.waitForSelector('[data-testid="knock"]')
      await page.waitForSelector('[data-testid="toast"]')
      await gliding(page)
      expect(await page.evaluate(coveredByToast), `${count} people`).toEqual([])
    }
  })
})

/** Run in the page. */
function coveredByToast(): string[] {
  const toast = document.querySelector('[data-testid="toast"]')?.getBoundingClientRect()
  if (!toast) throw new Error('there was to be one')
  return [...document.querySelectorAll('.plate, .notices > *, .bar')].flatMap((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect()
    const apart = left >= toast.right || right <= toast.left || top >= toast.bottom || bottom <= toast.top
    return apart ? [] : [element.textContent ?? '']
  })
}

describe.each(BROWSERS)('the bar, in %s', (browser) => {
  const open = openIn(browser)

  const idle = (page: Page) => page.$eval('.bar', (bar) => (bar as HTMLElement).dataset.idle)
  const waitForIdle = (page: Page) => page.waitForSelector('.bar[data-idle="true"]', { timeout: 20_000 })

  it('goes while nobody moves, and is back before the click', async () => {
    const page = await open({ people: THREE })
    await page.mouse.move(300, 200)
    await waitForIdle(page)
    await page.mouse.move(310, 210)
    expect(await idle(page)).toBe('false')
    await waitForIdle(page)
    await page.click('[data-testid="toggle-mic"]')
    expect(await page.$eval('[data-testid="toggle-mic"]', (button) => button.getAttribute('aria-pressed'))).toBe(
      'false',
    )
  })

  it.each([
    ['a desktop', {}],
    ['a low window', { width: 844, height: 390 }],
  ])('moves no face when it goes and comes back, on %s', async (_, size) => {
    const page = await open({ people: THREE }, size)
    await gliding(page)
    const before = await boxes(page)
    await waitForIdle(page)
    await gliding(page)
    expect(await boxes(page)).toEqual(before)
    await page.mouse.move(300, 200)
    expect(await idle(page)).toBe('false')
    await gliding(page)
    expect(await boxes(page)).toEqual(before)
  })

  it.runIf(can(browser, 'touch'))('stays on a telephone held upright, where no letter is a shortcut', async () => {
    const page = await open({ people: THREE }, { width: 390, height: 844, touch: true })
    const turned = await open({ people: THREE }, { width: 844, height: 390, touch: true })
    await waitForIdle(turned)
    expect(await idle(page)).toBe('false')
    await page.keyboard.press('m')
    expect(await page.$eval('[data-testid="toggle-mic"]', (button) => button.ariaPressed)).toBe('true')
    await turned.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true })
    await turned.waitForSelector('.bar[data-idle="false"]')
  })

  it('does nothing else with the touch that brings it back', async () => {
    const page = await open({ people: THREE }, { width: 390, height: 844 })
    const leave = await (await page.$('[data-testid="leave"]'))?.boundingBox()
    if (!leave) throw new Error('there was to be a button')
    await waitForIdle(page)
    await page.touchscreen.tap(leave.x + leave.width / 2, leave.y + leave.height / 2)
    expect(await idle(page)).toBe('false')
    expect(await keys(page)).toHaveLength(3)
  })

  it('stays for who uses the keyboard, and while a menu is open', async () => {
    const page = await open({ people: THREE })
    await page.keyboard.press('Tab')
    // For as long as it takes the bar of another page, where nobody does anything, to go.
    await waitForIdle(await open({ people: THREE }))
    expect(await idle(page)).toBe('false')
    await page.click('[data-testid="layout"]')
    await page.mouse.move(300, 200)
    await waitForIdle(await open({ people: THREE }))
    expect(await idle(page)).toBe('false')
  }, 60_000)
})
