/** Ways through the page on which each of its states is drawn. */

import { expect } from 'vitest'
import { openPage } from '../browsers.ts'
import { CallPage, hook } from '../callPage.ts'
import { renderSnapshot, somePeople } from './buildScreens.ts'
import { drawnDevices } from './drawnDevices.ts'
import { leadACall } from './leading.ts'
import { click, close, type Journey, open, SELF } from './steps.ts'
import { sharp, still } from './still.ts'

const OTHERS = somePeople(4).map(({ name }) => name)
const ROOM = 'friday-coffee'

export async function beforeTheCall({ take, url, options }: Journey): Promise<void> {
  const start = await openPage('chromium', url, options)
  await start.waitForSelector(hook('new-call'))
  await take(start, 'Start')
  const problem = () => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
  }
  const refused = await openPage('chromium', `${url}/r/${ROOM}`, { ...options, before: problem })
  await refused.waitForSelector(hook('device-problem'))
  await refused.waitForSelector(`${hook('connection-check')}[data-state="ready"]`)
  await take(refused, 'Camera and microphone refused')
  const arabic = () => Object.defineProperty(navigator, 'languages', { value: ['ar'] })
  const before = await drawnDevices(SELF, arabic)
  const mirrored = await openPage('chromium', `${url}/r/${ROOM}`, { ...options, before })
  await mirrored.waitForSelector('html[dir="rtl"]')
  await mirrored.waitForFunction(() => (document.querySelector('video') as HTMLVideoElement)?.videoWidth > 0)
  await take(mirrored, 'In Arabic')
  const offline = () => {
    globalThis.fetch = () => Promise.reject(new TypeError('Failed to fetch'))
  }
  const cutOff = await drawnDevices(SELF, offline)
  const alone = await openPage('chromium', `${url}/r/${ROOM}`, { ...options, before: cutOff })
  await alone.waitForSelector(`${hook('connection-check')}[data-state="failed"]`)
  await take(alone, 'The server cannot be reached')
  const lost = await openPage('chromium', `${url}/r/no%20room`, options)
  await lost.waitForSelector('h1')
  await take(lost, 'A link that leads nowhere')
}

/** A real call, from the moment before it to the moment after it. */
export async function aCall({ take, url, options, room }: Journey & { room: string }): Promise<void> {
  const page = await openPage('chromium', `${url}/r/${room}`, { ...options, before: await drawnDevices(SELF) })
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
    others.push(await CallPage.join('chromium', url, { room, name, query, before, width: 640, height: 360 }))
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
  await open(page, 'reactions', '.reaction')
  await still(page)
  await take(page, 'Reactions')
  await close(page, '.reaction')
  await open(page, 'people', hook('people-panel'))
  await still(page)
  expect(await page.$$(`${hook('people-list')} > li`)).toHaveLength(5)
  await take(page, 'People')
  await close(page, hook('people-panel'))
  await open(page, 'settings', 'dialog[open]')
  await still(page)
  await take(page, 'Settings')
  await close(page, 'dialog')
  // Where there are no keys, nobody is told about them.
  if (!options.touch) {
    await open(page, 'help', hook('help-sheet'))
    await take(page, 'Shortcuts')
    await close(page, 'dialog')
  }
  await leadACall(page, { take, url, options, room })
  await open(page, 'leave-call', hook('rejoin'), 'leave')
  await take(page, 'After the call')
}

/** What is too large, or too rare, to be called for real. */
export async function snapshots({ take, url, options }: Journey): Promise<void> {
  const page = await openPage('chromium', `${url}/r/${ROOM}`, options)
  for (const count of [9, 16, 25]) {
    await renderSnapshot(page, { people: somePeople(count - 1), speakers: [3] })
    await still(page)
    const tiles = await page.$$eval(hook('tile'), (all) => all.length)
    // A telephone has pages.
    if (options.touch) expect(tiles).toBeGreaterThanOrEqual(6)
    else expect(tiles).toBe(count)
    await take(page, `A call of ${count}`)
  }
  await renderSnapshot(page, { people: somePeople(5), speakers: [3], state: { connection: 'reconnecting' } })
  await still(page)
  await take(page, 'The connection is lost')
  await renderSnapshot(page, { people: somePeople(1) })
  await open(page, 'layout-sideBySide', '.stage[data-mode="sideBySide"]', 'layout')
  await still(page)
  await take(page, 'Side by side')
  await click(page, 'tile-menu')
  await page.waitForSelector(hook('tile-pin'), { visible: true })
  await take(page, 'What one can do with a tile')
  await close(page, hook('tile-pin'))
  await open(page, 'layout-auto', '.stage[data-mode="grid"]', 'layout')
  await renderSnapshot(page, { people: somePeople(5), self: { screen: true } })
  await page.waitForSelector(hook('sharing'))
  await still(page)
  await take(page, 'I share my screen')
}
