import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../server/app.ts'
import { closeBrowsers, openPage, type PageOptions } from '../support/browsers.ts'
import { CallPage } from '../support/callPage.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { buildScreens, renderSnapshot, somePeople } from '../support/screens/buildScreens.ts'
import { type Shot, writeContactSheet } from '../support/screens/contactSheet.ts'
import { drawnDevices } from '../support/screens/drawnDevices.ts'
import { openNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

/**
 * Every state of the page on a few contact sheets in `docs/screens`, drawn on demand (`UPDATE_SCREENSHOTS=1`). Calls of up to 5 are real; larger ones are the same components on snapshots.
 */
const root = join(import.meta.dirname, '../..')
const folder = join(root, 'docs/screens')
const MOST_BYTES = 500_000

let app: App
let screens: App
beforeAll(async () => {
  app = await openNode({ page: 'built' })
  screens = await openNode({ media: new FakeMedia(), clientDir: await buildScreens(join(root, 'dist/screens-sheet')) })
})
afterAll(async () => {
  await closeBrowsers()
  await app?.close()
  await screens?.close()
})

const hook = (testId: string) => `[data-testid="${testId}"]`
const OTHERS = somePeople(4).map(({ name }) => name)
const ROOM = 'friday-coffee'
/** Someone else's face than those of the snapshots. */
const SELF = 40

/** Takes one picture for each sheet on which this page is. */
type Take = (page: Page, title: string) => Promise<void>

/** The page stands still, and as many tiles and pictures are there as are expected. */
async function still(page: Page, tiles?: number, pictures = 0): Promise<void> {
  // Between the tiles: the bar comes back, and no tile is pointed at.
  await page.mouse.move(4, 5)
  await page.mouse.move(5, 4)
  const unrest = async (wanted: number | undefined, atLeast: number): Promise<string | undefined> => {
    // What has just happened is drawn with the next frame, and begins to move with the one after it.
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame)
    const tiles = document.querySelectorAll('[data-testid="tile"]').length
    const videos = [...document.querySelectorAll<HTMLVideoElement>('[data-testid="tile"] video:not([hidden])')]
    const moving = document
      .getAnimations()
      .filter(({ playState, effect }) => playState === 'running' && effect?.getTiming().iterations !== Infinity)
      // The ring of who speaks comes and goes with the voice.
      .some((animation) => !(animation instanceof CSSTransition && animation.transitionProperty === 'box-shadow'))
    if (moving) return 'something moves'
    if (wanted !== undefined && tiles !== wanted) return `${tiles} tiles`
    if (videos.length < atLeast) return `${videos.length} pictures`
    if (videos.some(({ videoWidth, currentTime }) => videoWidth === 0 || currentTime === 0)) return 'no picture yet'
    return document.querySelector('.bar[data-idle="true"]') ? 'no bar' : undefined
  }
  let seen: string | undefined
  await until(
    async () => {
      seen = await page.evaluate(unrest, tiles, pictures)
      return seen === undefined
    },
    { what: () => `a still page with ${tiles ?? 'any number of'} tiles; last: ${seen}`, deadlineMs: 40_000 },
  )
}

/** The first frames are small. Where the machine has no power for larger ones, these have to do. */
async function sharp(page: Page): Promise<void> {
  const isSharp = () =>
    [...document.querySelectorAll<HTMLVideoElement>('[data-testid="tile"] video:not([hidden])')].every(
      ({ videoWidth }) => videoWidth >= 320,
    )
  await page.waitForFunction(isSharp, { timeout: 20_000 }).catch(() => undefined)
}

const click = (page: Page, testId: string) =>
  page.$eval(hook(testId), (button) => {
    ;(button as HTMLElement).click()
  })

/** @param menu of which menu it is an item, if it is not in the bar; where there is no room for that one, of the other */
async function open(page: Page, testId: string, waitFor: string, menu = 'more'): Promise<void> {
  if (!(await page.$(hook(testId)))) await click(page, (await page.$(hook(menu))) ? menu : 'more')
  await page.waitForSelector(hook(testId))
  await click(page, testId)
  await page.waitForSelector(waitFor, { visible: true })
}

async function close(page: Page, selector: string): Promise<void> {
  await page.keyboard.press('Escape')
  await page.waitForSelector(selector, { hidden: true })
}

async function beforeTheCall(take: Take, options: PageOptions): Promise<void> {
  const start = await openPage('chromium', app.url, options)
  await start.waitForSelector(hook('new-call'))
  await take(start, 'Start')
  const problem = () => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
  }
  const refused = await openPage('chromium', `${app.url}/r/${ROOM}`, { ...options, before: problem })
  await refused.waitForSelector(hook('device-problem'))
  await refused.waitForSelector(`${hook('connection-check')}[data-state="ready"]`)
  await take(refused, 'Camera and microphone refused')
}

/** A real call, from the moment before it to the moment after it. */
async function aCall(take: Take, options: PageOptions, room: string): Promise<void> {
  const page = await openPage('chromium', `${app.url}/r/${room}`, { ...options, before: await drawnDevices(SELF) })
  const ana = new CallPage(page, 'Ana Silva')
  await page.waitForFunction(() => (document.querySelector('video') as HTMLVideoElement)?.videoWidth > 0)
  await page.type(hook('name'), ana.name)
  await page.waitForSelector(`${hook('connection-check')}[data-state="ready"]`)
  await take(page, 'Before the call')
  await click(page, 'join')
  await ana.connected()
  await still(page, 1, 1)
  await take(page, 'Alone')

  const others: CallPage[] = []
  const arrive = async (index: number) => {
    const query: Record<string, string> = index === 2 ? { cam: '0' } : {}
    const before = await drawnDevices(index)
    const name = OTHERS[index] ?? ''
    others.push(await CallPage.join('chromium', app.url, { room, name, query, before, width: 640, height: 360 }))
  }
  await arrive(0)
  await still(page, 2, 2)
  await sharp(page)
  await take(page, 'A call of 2')
  for (const index of [1, 2, 3]) await arrive(index)
  const [ben, eva, chidi] = others
  await eva?.click('toggle-mic')
  await chidi?.click('hand')
  await page.waitForSelector(hook('hand-mark'))
  await still(page, 5, 4)
  await sharp(page)
  await take(page, 'A call of 5')

  await open(page, 'layout-speaker', '.stage[data-mode="speaker"]', 'layout')
  await still(page)
  await take(page, 'Speaker large')
  await open(page, 'layout-auto', '.stage[data-mode="grid"]', 'layout')
  await ben?.click('share-screen')
  await page.waitForSelector('.stage[data-mode="screen"]')
  await still(page)
  expect(await page.$$(`${hook('tile')}[data-source="screen"]`)).toHaveLength(1)
  await take(page, 'Somebody shares a screen')
  await ben?.click('share-screen')
  await page.waitForSelector('.stage[data-mode="grid"]')

  await open(page, 'chat', hook('chat-input'))
  const said = [
    [ben, 'Good morning! Shall we begin with the plan?'],
    [eva, 'Yes. It is here: https://example.org/plan'],
    [eva, 'I can stay until eleven.'],
  ] as const
  for (const [person, text] of said) {
    await person?.page.evaluate(async (words) => {
      await window.tertulia.sendChat(words)
    }, text)
    await page.waitForFunction((words) => document.body.innerText.includes(words), {}, text.slice(0, 10))
  }
  await page.type(hook('chat-input'), 'Thank you')
  await still(page)
  expect(await page.$$(hook('chat-message'))).toHaveLength(said.length)
  await take(page, 'Chat')
  await close(page, hook('chat-panel'))
  await open(page, 'people', hook('people-panel'))
  await still(page)
  expect(await page.$$(`${hook('people-list')} > li`)).toHaveLength(5)
  await take(page, 'People')
  await close(page, hook('people-panel'))
  await open(page, 'settings', 'dialog[open]')
  await still(page)
  await take(page, 'Settings')
  await close(page, 'dialog')
  await open(page, 'help', hook('help-sheet'))
  await take(page, 'Shortcuts')
  await close(page, 'dialog')
  await click(page, 'leave')
  await page.waitForSelector(hook('rejoin'), { visible: true })
  await take(page, 'After the call')
}

async function largeRooms(take: Take, options: PageOptions): Promise<void> {
  const page = await openPage('chromium', `${screens.url}/r/${ROOM}`, options)
  for (const count of [9, 16, 25]) {
    await renderSnapshot(page, { people: somePeople(count - 1), speakers: [3] })
    await still(page)
    const tiles = await page.$$eval(hook('tile'), (all) => all.length)
    // A telephone has pages.
    if (options.touch) expect(tiles).toBeGreaterThanOrEqual(6)
    else expect(tiles).toBe(count)
    await take(page, `A call of ${count}`)
  }
}

const ORDER = [
  'Start',
  'Before the call',
  'Camera and microphone refused',
  'Alone',
  'A call of 2',
  'A call of 5',
  'A call of 9',
  'A call of 16',
  'A call of 25',
  'Speaker large',
  'Somebody shares a screen',
  'Chat',
  'People',
  'Settings',
  'Shortcuts',
  'After the call',
]

/** @returns for each theme the shots of all states, in their order */
async function allStates(themes: readonly ('light' | 'dark')[], options: PageOptions, room: string): Promise<Shot[][]> {
  const shots = themes.map((): Shot[] => [])
  const take: Take = async (page, title) => {
    for (const [index, theme] of themes.entries()) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }])
      await still(page)
      shots[index]?.push({ title, png: await page.screenshot() })
    }
  }
  await beforeTheCall(take, options)
  await aCall(take, options, room)
  await largeRooms(take, options)
  for (const some of shots) {
    some.sort((a, b) => ORDER.indexOf(a.title) - ORDER.indexOf(b.title))
    expect(some.map(({ title }) => title)).toEqual(ORDER)
  }
  return shots
}

describe('every state of the page', () => {
  it('is drawn on a desktop, light and dark', async () => {
    const sheets = await allStates(['light', 'dark'], { width: 1280, height: 720 }, ROOM)
    for (const [index, theme] of (['light', 'dark'] as const).entries()) {
      const options = { title: `Desktop, ${theme}`, columns: 4, shotWidth: 520, dark: theme === 'dark' }
      const bytes = await writeContactSheet(join(folder, `desktop-${theme}.webp`), sheets[index] ?? [], options)
      expect(bytes).toBeLessThan(MOST_BYTES)
    }
  }, 240_000)

  it('is drawn on a telephone', async () => {
    const [shots = []] = await allStates(['light'], { width: 390, height: 844, touch: true }, 'friday-tea')
    const options = { title: 'Telephone', columns: 8, shotWidth: 250 }
    expect(await writeContactSheet(join(folder, 'phone.webp'), shots, options)).toBeLessThan(MOST_BYTES)
  }, 240_000)
})
