import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { BROWSERS, type BrowserName } from '../support/browsers.ts'
import { CallPage, hook, joinedPeers, shown, useSite } from '../support/callPage.ts'
import { gliding } from '../support/screens/stage.ts'
import { until } from '../support/until.ts'

/** What people do in a call besides seeing and hearing each other, as they do it: by clicks and by keys. */
const site = useSite()
const { newRoom } = site

/** Without a camera: what is said in writing needs none, and four of them keep a machine busy. */
const quietlyIn = (browser: BrowserName) => (room: string, name: string) =>
  site.in(browser).join(room, name, { cam: false })

const texts = (page: Page, selector: string) =>
  page.$$eval(selector, (elements) => elements.map((element) => element.textContent ?? ''))
const messages = (page: Page) => texts(page, `${hook('chat-message')} .chat-text`)
const announced = async (page: Page) => (await texts(page, `${hook('announcements')} p`)).join('\n')

async function openChat({ page }: CallPage): Promise<void> {
  if (!(await page.$(hook('chat-panel')))) await page.click(hook('chat'))
  await shown(page, 'chat-input')
}

async function write({ page }: CallPage, text: string): Promise<void> {
  await page.type(hook('chat-input'), text)
  await page.click(hook('chat-send'))
}

/** Without the typing. */
const say = ({ page }: CallPage, text: string) =>
  page.evaluate(async (said) => {
    await window.tertulia.sendChat(said)
  }, text)

const reads = (call: CallPage, text: string) =>
  until(async () => (await messages(call.page)).includes(text), { what: `${call.name} to read ${text}` })

const hears = (call: CallPage, text: string) =>
  until(async () => (await announced(call.page)).includes(text), { what: `${call.name} to hear ${text}` })

describe.each(BROWSERS)('the chat, in %s', (browser) => {
  const quietly = quietlyIn(browser)

  it('goes both ways, shows markup as text and makes links to be clicked', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    await openChat(ana)
    await openChat(ben)
    const text = 'See <b>this</b>: https://example.org/a?b=1. And not javascript:alert(1)'
    await write(ana, text)
    await reads(ben, text)
    expect(await ben.page.$$(`${hook('chat-message')} b`)).toEqual([])
    const links = await ben.page.$$eval(`${hook('chat-message')} a`, (found) =>
      found.map((link) => ({ href: link.href, rel: link.rel, target: link.target })),
    )
    expect(links).toEqual([
      { href: 'https://example.org/a?b=1', rel: 'noopener noreferrer nofollow', target: '_blank' },
    ])
    await write(ben, 'Thank you')
    await reads(ana, 'Thank you')
  })

  it('counts and announces what is new while it is closed, and keeps lines and history', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    await openChat(ana)
    await ana.page.focus(hook('chat-input'))
    await ana.page.keyboard.type('One')
    await ana.page.keyboard.down('Shift')
    await ana.page.keyboard.press('Enter')
    await ana.page.keyboard.up('Shift')
    await ana.page.keyboard.type('Two')
    await ana.page.keyboard.press('Enter')
    await ben.page.waitForSelector(`${hook('chat')} .badge`)
    expect(await ben.page.$eval(hook('chat'), (button) => button.getAttribute('aria-label'))).toBe(
      'Chat, 1 new message',
    )
    await hears(ben, 'Ana: One Two')
    expect(await texts(ben.page, hook('toast'))).toHaveLength(1)
    await openChat(ben)
    await reads(ben, 'One\nTwo')
    expect(await messages(ben.page)).toEqual(['One\nTwo'])
    await ben.page.waitForSelector(hook('toast'), { hidden: true })
    await ben.page.waitForSelector(`${hook('chat')} .badge`, { hidden: true })

    const eva = await quietly(room, 'Eva')
    expect(await eva.page.$(`${hook('chat')} .badge`)).toBeNull()
    await openChat(eva)
    await reads(eva, 'One\nTwo')
  })

  it('sends nothing to everyone that was begun for one who has left', async () => {
    const room = newRoom()
    const [ana, ben, eva] = [await quietly(room, 'Ana'), await quietly(room, 'Ben'), await quietly(room, 'Eva')]
    const [, benId = ''] = await joinedPeers([ana, ben, eva])
    for (const call of [ana, eva]) await openChat(call)
    await ana.page.select(hook('chat-to'), benId)
    await ana.page.type(hook('chat-input'), 'Between us')
    await ben.click('leave')
    await ana.page.waitForSelector(`${hook('chat-send')}[aria-disabled="true"]`, { timeout: 20_000 })
    expect(await texts(ana.page, '.chat-composer .hint')).toEqual([
      'This was for someone who has left. Choose who is to read it.',
    ])
    await ana.page.focus(hook('chat-input'))
    await ana.page.keyboard.press('Enter')
    await ana.page.select(hook('chat-to'), '')
    await write(ana, ' after all')
    await reads(eva, 'Between us after all')
    expect(await messages(eva.page)).toEqual(['Between us after all'])
  })

  it('shows a private message to its addressee alone', async () => {
    const room = newRoom()
    const [ana, ben, eva] = [await quietly(room, 'Ana'), await quietly(room, 'Ben'), await quietly(room, 'Eva')]
    const [, benId = ''] = await joinedPeers([ana, ben, eva])
    for (const call of [ana, ben, eva]) await openChat(call)
    await ana.page.select(hook('chat-to'), benId)
    await write(ana, 'For Ben')
    await reads(ben, 'For Ben')
    expect(await texts(ben.page, '.chat-private')).toEqual(['Only you and Ana see this'])
    await reads(ana, 'For Ben')
    expect(await texts(ana.page, '.chat-private')).toEqual(['Only you and Ben see this'])
    await ana.page.select(hook('chat-to'), '')
    await write(ana, 'For all')
    await reads(eva, 'For all')
    expect(await messages(eva.page)).toEqual(['For all'])
    // Whoever comes later does not get it either.
    const late = await quietly(room, 'Leo')
    await openChat(late)
    await reads(late, 'For all')
    expect(await messages(late.page)).toEqual(['For all'])
  })

  it('stays where one reads, and says that there is more', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    await openChat(ana)
    await openChat(ben)
    for (const text of ['a', 'b', 'c', 'd']) await say(ana, `${text} ${'long '.repeat(150)}`)
    await until(async () => (await messages(ben.page)).length === 4, { what: 'four messages' })
    await ben.page.$eval('.chat-list', (list) => list.scrollTo(0, 0))
    await until(() => ben.page.$eval('.chat-list', (list) => list.scrollTop === 0), { what: 'the list at its top' })
    await write(ana, 'news')
    await shown(ben.page, 'chat-new')
    expect(await ben.page.$eval('.chat-list', (list) => list.scrollTop)).toBe(0)
    await ben.page.click(hook('chat-new'))
    await ben.page.waitForSelector(hook('chat-new'), { hidden: true })
  })
})

describe.each(BROWSERS)('signs, in %s', (browser) => {
  const { join } = site.in(browser)
  const quietly = quietlyIn(browser)

  it('shows raised hands in their order', async () => {
    const room = newRoom()
    const [ana, ben, eva] = [await quietly(room, 'Ana'), await quietly(room, 'Ben'), await quietly(room, 'Eva')]
    const hands = async (call: CallPage) => (await texts(call.page, `${hook('hands')} li`)).map((text) => text.trim())
    await eva.page.click(hook('hand'))
    await ana.page.waitForSelector(`${hook('people')} .badge`)
    const numbers = () => texts(ben.page, `${hook('hand-mark')} span[aria-hidden]`)
    await ben.page.waitForSelector(hook('hand-mark'))
    expect(await numbers()).toEqual([])
    await ana.page.click(hook('hand'))
    await until(async () => (await numbers()).sort().join() === '1,2', { what: 'an order' })
    await ben.page.click(hook('people'))
    await until(async () => (await hands(ben)).join() === 'Eva,Ana', { what: 'Eva before Ana' })
    await hears(ben, 'Eva raises a hand')
    await until(async () => (await eva.pressed('hand')) === 'true', { what: "Eva's hand up" })
    await eva.page.click(hook('hand'))
    await until(async () => (await hands(ben)).join() === 'Ana', { what: 'Ana alone' })
    await until(async () => (await eva.pressed('hand')) === 'false', { what: "Eva's hand down" })
  })

  it('shows and announces a reaction over its sender', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    const [anaId = ''] = await joinedPeers([ana, ben])
    await ben.page.waitForSelector(ben.tile(anaId))
    await gliding(ben.page)
    await ana.page.click(hook('reactions'))
    await ana.page.locator('[data-reaction="🎉"]').click()
    const sign = await shown(ben.page, 'reaction')
    expect(await sign?.evaluate((element) => (element as HTMLElement).dataset.peerId)).toBe(anaId)
    const [signBox, tileBox] = [await sign?.boundingBox(), await (await ben.page.$(ben.tile(anaId)))?.boundingBox()]
    if (!signBox || !tileBox) throw new Error('no box')
    expect(signBox.x).toBeGreaterThanOrEqual(tileBox.x)
    expect(signBox.x + signBox.width).toBeLessThanOrEqual(tileBox.x + tileBox.width)
    await hears(ben, 'Ana: Party')
    await ben.page.waitForSelector(hook('reaction'), { hidden: true })
  })

  it('lets one mute another for oneself alone', async () => {
    const room = newRoom()
    const [ana, ben] = [await join(room, 'Ana'), await join(room, 'Ben')]
    const [, benId = ''] = await joinedPeers([ana, ben])
    await ana.seesAndHears([benId])
    const audio = `audio[data-peer-id="${benId}"]`
    const volume = () => ana.page.$eval(audio, (element) => (element as HTMLAudioElement).volume)
    const muted = () => ana.page.$eval(audio, (element) => (element as HTMLAudioElement).muted)
    expect([await muted(), await volume()]).toEqual([false, 1])
    await ana.page.click(hook('people'))
    await ana.page.locator(hook('person-volume')).click()
    await shown(ana.page, 'volume')
    await ana.page.focus(hook('volume'))
    await ana.page.keyboard.press('Home')
    await until(async () => (await volume()) === 0, { what: 'Ben at volume 0' })
    await ana.page.click(hook('mute-for-me'))
    await until(muted, { what: 'Ben muted for Ana' })
    expect(await ben.pressed('toggle-mic')).toBe('true')
    await ana.page.click(hook('mute-for-me'))
    await until(async () => !(await muted()), { what: 'Ben heard again' })
  })
})

describe.each(BROWSERS)('settings, in %s', (browser) => {
  const { open } = site.in(browser)

  it('put an effect on the own picture, and remember what is chosen', async () => {
    const page = await open(`/r/${newRoom()}`)
    await page.waitForFunction(
      () => (document.querySelector('[data-testid="preview"] video') as HTMLVideoElement)?.videoWidth > 0,
    )
    const trackId = () =>
      page.$eval('[data-testid="preview"] video', (video) => {
        const { srcObject } = video as HTMLVideoElement
        return srcObject instanceof MediaStream ? srcObject.getVideoTracks()[0]?.id : undefined
      })
    const plain = await trackId()
    await page.click(hook('settings'))
    await page.locator(hook('effect-frosted')).click()
    await until(async () => ![plain, undefined].includes(await trackId()), { what: 'another picture' })
    await page.click(hook('setting-noiseSuppression'))
    await page.reload()
    await page.locator(hook('settings')).click()
    await shown(page, 'effect-frosted')
    const checked = (testId: string) => page.$eval(hook(testId), (input) => (input as HTMLInputElement).checked)
    expect([await checked('effect-frosted'), await checked('setting-noiseSuppression')]).toEqual([true, false])
  })

  it('say before the join whether the server can be reached', async () => {
    const page = await open(`/r/${newRoom()}`)
    await page.waitForSelector(`${hook('connection-check')}[data-state="ready"]`)
    const offline = await open(`/r/${newRoom()}`, {
      before: () => {
        const known = window.fetch
        window.fetch = (input, init) =>
          String(input).includes('/join') ? Promise.reject(new TypeError('no network')) : known(input, init)
      },
    })
    await offline.waitForSelector(`${hook('connection-check')}[data-state="failed"]`)
    expect(await texts(offline, `${hook('connection-check')} p`)).toEqual([
      'The server does not answer. Check that you are online, then try again.',
    ])
  })
})

describe.each(BROWSERS)('by keyboard alone, in %s', (browser) => {
  const { open, join } = site.in(browser)

  it('one joins, mutes, writes and leaves', async () => {
    const room = newRoom()
    const witness = await join(room, 'Ben')
    await openChat(witness)
    const page = await open(`/r/${room}`)
    const { keyboard } = page
    const ana = new CallPage(page, 'Ana')
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.testid)
    await page.waitForFunction(() => (document.activeElement as HTMLElement | null)?.dataset.testid === 'name')
    await keyboard.type('Ana')
    await keyboard.press('Enter')
    await ana.connected()
    await shown(page, 'toggle-mic')
    await keyboard.press('m')
    await until(async () => (await ana.pressed('toggle-mic')) === 'false', { what: 'the microphone off' })
    // The space bar opens it for as long as it is held.
    await keyboard.down(' ')
    await until(async () => (await ana.pressed('toggle-mic')) === 'true', { what: 'the microphone on' })
    await keyboard.up(' ')
    await until(async () => (await ana.pressed('toggle-mic')) === 'false', { what: 'the microphone off again' })
    await keyboard.press('c')
    await page.waitForFunction(() => (document.activeElement as HTMLElement | null)?.dataset.testid === 'chat-input')
    // Letters are letters here.
    await keyboard.type('much?')
    await keyboard.press('Enter')
    await reads(witness, 'much?')
    expect(await ana.pressed('toggle-mic')).toBe('false')
    await keyboard.press('Escape')
    await page.waitForSelector(hook('chat-panel'), { hidden: true })
    await keyboard.press('?')
    await shown(page, 'help-sheet')
    await keyboard.press('Escape')
    await page.waitForSelector(hook('help-sheet'), { hidden: true })
    for (let steps = 0; steps < 60 && (await focused()) !== 'leave'; steps++) await keyboard.press('Tab')
    expect(await focused()).toBe('leave')
    await keyboard.press('Enter')
    await shown(page, 'rejoin')
  })

  it('a panel and a menu give the focus back', async () => {
    const { page } = await join(newRoom(), 'Ana')
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.testid)
    for (const opener of ['chat', 'people']) {
      await page.focus(hook(opener))
      await page.keyboard.press('Enter')
      await shown(page, `${opener}-panel`)
      await page.keyboard.press('Escape')
      await until(async () => (await focused()) === opener, { what: `the focus on ${opener}` })
    }
    await page.focus(hook('more'))
    await page.keyboard.press('Enter')
    await until(async () => (await focused()) === 'settings', { what: 'the focus on the first item' })
    await page.keyboard.press('Enter')
    await page.waitForSelector('dialog[open]')
    await page.keyboard.press('Escape')
    await until(async () => (await focused()) === 'more', { what: 'the focus on the menu button' })
  })

  it('a dialog that follows another at once is not closed with it', async () => {
    const { page } = await join(newRoom(), 'Ana')
    await page.click(hook('more'))
    await page.locator(hook('settings')).click()
    await page.waitForSelector(`dialog[open] ${hook('setting-shortcuts')}`)
    // The browser tells of a closed dialog a moment later.
    await page.evaluate(() => {
      const dialog = document.querySelector('dialog')
      const help = [...(dialog?.querySelectorAll('button') ?? [])].find((button) => /shortcuts/i.test(button.innerText))
      if (!dialog || !help) throw new Error('there was to be a button')
      dialog.close()
      help.click()
    })
    await shown(page, 'help-sheet')
  })
})
