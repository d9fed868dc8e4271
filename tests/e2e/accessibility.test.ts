import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { faultFinder } from '../support/axe.ts'
import { BROWSERS, can } from '../support/browsers.ts'
import { hook, shown, useSite } from '../support/callPage.ts'
import { videoTrack } from '../support/headless/TraceTrack.ts'
import { until } from '../support/until.ts'

/** The page for those who hear it, use no pointer, or need it larger. */
const site = useSite()

const gone = (page: Page, selector: string) => page.waitForSelector(selector, { hidden: true, timeout: 20_000 })

const PHONE = { width: 390, height: 844, touch: true }
/** A window of 1280 by 720 at twice its size. */
const ENLARGED = { width: 640, height: 360 }
const SIZES = [
  ['on a desktop', {}],
  ['on a telephone', PHONE],
  ['at 200 %', ENLARGED],
] as const

/** What can be opened in a call, and how it is closed again. */
async function open(page: Page, testId: string, waitFor: string): Promise<void> {
  await page.$eval(hook(testId), (button) => (button as HTMLElement).click())
  await page.waitForSelector(waitFor, { visible: true, timeout: 20_000 })
}

async function close(page: Page, selector: string): Promise<void> {
  await page.keyboard.press('Escape')
  await gone(page, selector)
}

const noDevices = () => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
}

describe.each(BROWSERS)('axe finds no serious fault, in %s', (browser) => {
  const { open: openAt, join } = site.in(browser)
  const expectNoFaults = faultFinder(browser)

  it('before and after the call', async () => {
    const page = await openAt('/')
    await shown(page, 'new-call')
    await expectNoFaults(page, 'start page')
    await page.type(hook('room'), '…')
    await page.click(hook('open-room'))
    await page.waitForSelector('[aria-invalid="true"]')
    await expectNoFaults(page, 'start page, bad name')
    await page.goto(`${site.url()}/r/not%20a%20room`)
    await page.waitForSelector('h1')
    await expectNoFaults(page, 'not found')
    await page.goto(`${site.url()}/r/${site.newRoom()}`)
    await page.waitForSelector(`${hook('connection-check')}[data-state="ready"]`)
    await expectNoFaults(page, 'pre-join')
    await page.click(hook('join'))
    await page.waitForSelector('[aria-invalid="true"]')
    await expectNoFaults(page, 'pre-join, no name')
    await page.type(hook('name'), 'Ana')
    await page.keyboard.press('Enter')
    await shown(page, 'link')
    await page.click(hook('leave'))
    await shown(page, 'rejoin')
    await expectNoFaults(page, 'ended')
  })

  it('where there is no camera', async () => {
    const page = await openAt(`/r/${site.newRoom()}`, { before: noDevices })
    await shown(page, 'device-problem')
    await expectNoFaults(page, 'device problem')
    await page.type(hook('name'), 'Ana')
    await page.keyboard.press('Enter')
    await shown(page, 'toggle-mic')
    await expectNoFaults(page, 'device problem in the call')
  })

  it.each(SIZES)('in the call, %s', async (_, size) => {
    const room = site.newRoom()
    const ana = await join(room, 'Ana', size)
    const { page } = ana
    await expectNoFaults(page, 'alone')
    const ben = await site.guest(room, 'Ben', { mic: 'talking', cam: true })
    const eva = await site.guest(room, 'Eva', { mic: 'silent' })
    await ana.seesAndHears([ben.state.self?.id ?? ''])
    await eva.client.setHand(true)
    await page.waitForSelector(hook('hand-mark'))
    await expectNoFaults(page, 'three')
    await ben.client.sendChat('See https://example.org')
    await shown(page, 'toast')
    await expectNoFaults(page, 'a toast')
    await open(page, 'chat', hook('chat-message'))
    await expectNoFaults(page, 'chat')
    await close(page, hook('chat-panel'))
    await open(page, 'reactions', '[data-reaction]')
    await expectNoFaults(page, 'reactions')
    await close(page, '[data-reaction]')
    await open(page, 'more', hook('settings'))
    await expectNoFaults(page, 'more')
    // Who has no keyboard is not shown its keys.
    if (await page.$(hook('help'))) {
      await open(page, 'help', hook('help-sheet'))
      await expectNoFaults(page, 'help')
      await close(page, 'dialog')
      await open(page, 'more', hook('settings'))
    }
    await open(page, 'settings', 'dialog')
    await expectNoFaults(page, 'settings')
    await close(page, 'dialog')
    if (!(await page.$(hook('people')))) await open(page, 'more', hook('people'))
    await open(page, 'people', hook('people-panel'))
    await expectNoFaults(page, 'people')
    await close(page, hook('people-panel'))
    await ben.client.publish('screen', videoTrack())
    await page.waitForSelector(`${hook('tile')}[data-source="screen"]`)
    await expectNoFaults(page, 'screen share')
  })
})

type Node = { role: string; name: string }

/** What a screen reader is given, in its order. */
async function tree(page: Page): Promise<Node[]> {
  const session = await page.createCDPSession()
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name }) => ({ role: String(role?.value ?? ''), name: String(name?.value ?? '') }))
}

const CONTROLS = [
  'Microphone',
  'Camera',
  'Share screen',
  'Raise hand',
  'React',
  'Chat',
  'People',
  'Layout',
  'More',
  'Leave',
]
const PEOPLE = ['Ana (you)', 'Ben', 'Eva', 'Screen of Ben']

describe.each(BROWSERS)('the accessibility tree of the call, in %s', (browser) => {
  const { join } = site.in(browser)

  async function joinThree(): Promise<Page> {
    const room = 'tree'
    const { page } = await join(room, 'Ana')
    const ben = await site.guest(room, 'Ben', { mic: 'talking', cam: true })
    await site.guest(room, 'Eva', { mic: 'silent' })
    await ben.client.publish('screen', videoTrack())
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="tile"]').length === 4)
    return page
  }

  it.runIf(can(browser, 'nodesByRole'))('holds every control and every person by name', async () => {
    const page = await joinThree()
    const count = async (role: string, name: string) => (await page.$$(`::-p-aria(${name}[role="${role}"])`)).length
    expect(await count('main', 'Call in room tree')).toBe(1)
    expect(await count('toolbar', 'Controls of the call')).toBe(1)
    expect(await count('list', 'Pictures of the people')).toBe(1)
    for (const name of CONTROLS) expect([name, await count('button', name)]).toEqual([name, 1])
    for (const name of PEOPLE) expect([name, await count('listitem', name)]).toEqual([name, 1])
  })

  it.runIf(can(browser, 'accessibilityTree'))('holds nothing that has no name, and nobody else', async () => {
    const page = await joinThree()
    const nodes = await tree(page)
    const namesOf = (role: string) => nodes.filter((node) => node.role === role).map(({ name }) => name)
    expect(namesOf('main')).toEqual(['Call in room tree'])
    expect(namesOf('button')).toEqual(expect.arrayContaining(CONTROLS))
    expect(namesOf('button').filter((name) => name === '')).toEqual([])
    expect(namesOf('listitem').sort()).toEqual(PEOPLE)
    await open(page, 'tile-menu', '[role="menu"]')
    expect((await tree(page)).filter(({ role }) => role === 'menuitem').map(({ name }) => name)).toContain('Keep large')
  })
})

describe.each(BROWSERS)('by keyboard alone, in %s', (browser) => {
  it('one comes from the start page into a call, with Tab and Enter and Space', async () => {
    const page = await site.in(browser).open('/')
    const { keyboard } = page
    await shown(page, 'new-call')
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.testid)
    const tabTo = async (testId: string) => {
      for (let steps = 0; steps < 40 && (await focused()) !== testId; steps++) {
        await keyboard.press('Tab')
        expect(await isFocusSeen(page), `the focus on ${await focused()} is seen`).toBe(true)
      }
      expect(await focused()).toBe(testId)
    }
    await tabTo('new-call')
    await keyboard.press('Enter')
    await page.waitForFunction(() => (document.activeElement as HTMLElement | null)?.dataset.testid === 'name')
    await keyboard.type('Ana')
    await tabTo('join')
    await keyboard.press(' ')
    await page.waitForSelector('html[data-connection="connected"]')
    await shown(page, 'toggle-mic')
    await tabTo('toggle-mic')
    await keyboard.press('Enter')
    await page.waitForSelector(`${hook('toggle-mic')}[aria-pressed="false"]`)
    await tabTo('chat')
    await keyboard.press('Enter')
    await page.waitForFunction(() => (document.activeElement as HTMLElement | null)?.dataset.testid === 'chat-input')
    await keyboard.type('Hello')
    await tabTo('chat-send')
    await keyboard.press('Enter')
    await shown(page, 'chat-message')
    await keyboard.press('Escape')
    await tabTo('leave')
    await keyboard.press('Enter')
    await shown(page, 'rejoin')
    // A screen reader goes on at the heading.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
  })
})

const isFocusSeen = (page: Page) =>
  page.evaluate(() => {
    const { activeElement } = document
    if (!activeElement || activeElement === document.body) return true
    const { width, height } = activeElement.getBoundingClientRect()
    const seen = (element: Element | null) => element !== null && getComputedStyle(element).outlineStyle !== 'none'
    return width > 0 && height > 0 && (seen(activeElement) || seen(activeElement.closest(':has(:focus-visible)')))
  })

describe.each(BROWSERS.filter((name) => can(name, 'touch')))('every target, in %s', (browser) => {
  const { join } = site.in(browser)

  it.each([
    ['a telephone', PHONE],
    ['a telephone on its side', { width: 844, height: 390, touch: true }],
  ] as const)('is large enough for a thumb on %s', async (_, size) => {
    const room = site.newRoom()
    const { page } = await join(room, 'Ana', size)
    await site.guest(room, 'Ben', { mic: 'silent' })
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="tile"]').length === 2)
    await noSmallTargets(page, 'call')
    await open(page, 'more', hook('settings'))
    await noSmallTargets(page, 'more')
    await open(page, 'settings', 'dialog')
    await noSmallTargets(page, 'settings')
    await close(page, 'dialog')
    await open(page, 'chat', hook('chat-input'))
    await noSmallTargets(page, 'chat')
  })
})

/** Once nothing grows into its place any more. */
async function noSmallTargets(page: Page, state: string): Promise<void> {
  let small: string[] = []
  await until(
    async () => {
      small = await smallTargets(page)
      return small.length === 0
    },
    { what: () => `targets large enough in ${state}: ${small}` },
  )
}

/** Of a checkbox or radio button its label is hit too. */
const smallTargets = (page: Page) =>
  page.$$eval('button, a[href], input, select, textarea, [role="menuitem"]', (all) =>
    all.flatMap((element) => {
      const label = (element as HTMLInputElement).labels?.[0]
      const areas = [element, ...(label ? [label, label.parentElement ?? label] : [])].map((area) =>
        area.getBoundingClientRect(),
      )
      const isLarge = areas.some(({ width, height }) => Math.round(width) >= 44 && Math.round(height) >= 44)
      const isThere = element.checkVisibility({ visibilityProperty: true }) && (areas[0]?.width ?? 0) > 1
      const text = element.getAttribute('aria-label') ?? element.textContent
      return isThere && !isLarge ? [`${text}: ${areas[0]?.width} by ${areas[0]?.height}`] : []
    }),
  )
