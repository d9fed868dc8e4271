import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import type { RulesPatch } from '../../shared/access.ts'
import { seriousFaults } from '../support/axe.ts'
import { BROWSERS, type BrowserName } from '../support/browsers.ts'
import { type CallPage, hook, shown, useSite } from '../support/callPage.ts'
import { until } from '../support/until.ts'

/** What those do who lead a call, and what the others see of it. The first to come is host. */
const site = useSite()
const { newRoom } = site
const people = (browser: BrowserName) => {
  const { join, open } = site.in(browser)
  return {
    join,
    open,
    quietly: (room: string, name: string) => join(room, name, { cam: false }),
    /** On the way in; whether they get there is for the room. */
    come: (room: string, name: string) => open(`/r/${room}?name=${name}&autojoin=1&cam=0`),
  }
}

const click = (page: Page, testId: string) =>
  page.$eval(hook(testId), (button) => {
    ;(button as HTMLElement).click()
  })
const text = (page: Page, testId: string) => page.$eval(hook(testId), (element) => element.textContent ?? '')
const label = (page: Page, testId: string) =>
  page.$eval(hook(testId), (element) => element.getAttribute('aria-label') ?? '')
const soon = (what: string, condition: () => Promise<boolean | undefined>) =>
  until(condition, { what, deadlineMs: 20_000 })
const announced = (page: Page) => text(page, 'announcements')
const setRules = ({ page }: CallPage, rules: RulesPatch) =>
  page.evaluate((given) => window.tertulia.moderation.setRules(given), rules)

/** From the menu of the only other person's row. */
async function moderate({ page }: CallPage, action: string): Promise<void> {
  if (!(await page.$(hook('people-panel')))) await click(page, 'people')
  await shown(page, 'person-menu')
  await click(page, 'person-menu')
  await shown(page, `moderate-${action}`)
  await click(page, `moderate-${action}`)
}

describe.each(BROWSERS)('the lobby, in %s', (browser) => {
  const { open, quietly, come } = people(browser)

  it('holds who is new until a host opens', async () => {
    const room = newRoom()
    const ana = await quietly(room, 'Ana')
    expect(await text(ana.page, 'alone')).toContain('Nobody else is here yet')
    await setRules(ana, { lobby: true })
    await until(async () => (await text(ana.page, 'alone')).includes('has to be let in'), { what: 'what a link takes' })
    const ben = await come(room, 'Ben')
    await shown(ben, 'lobby')
    expect(await ben.$(hook('preview'))).not.toBeNull()
    await shown(ana.page, 'knock')
    await ana.page.waitForSelector(hook('alone'), { hidden: true })
    expect(await text(ana.page, 'knock')).toContain('Ben wants to join')
    await until(async () => (await announced(ana.page)).includes('Ben wants to join'), { what: 'it said' })
    expect([await seriousFaults(ben), await seriousFaults(ana.page)]).toEqual([[], []])
    await click(ana.page, 'knock-admit')
    await ben.waitForSelector('html[data-connection="connected"]')
    await until(async () => (await ana.peerNames()).includes('Ben'), { what: 'Ben' })
    await ana.page.waitForSelector(hook('knock'), { hidden: true })
  })

  it('is announced before the join, and can be left before anybody opens', async () => {
    const room = newRoom()
    const ana = await quietly(room, 'Ana')
    await setRules(ana, { lobby: true })
    const ben = await open(`/r/${room}?name=Ben&cam=0`)
    await shown(ben, 'lobby-ahead')
    expect(await text(ben, 'join')).toBe('Ask to join')
    expect(await seriousFaults(ben)).toEqual([])
    await click(ben, 'join')
    await shown(ben, 'lobby')
    await click(ben, 'leave-lobby')
    await shown(ben, 'ended')
    expect(await text(ben, 'ended')).toContain('You are no longer waiting')
  })

  it('is part of the list of people, and lets them in one by one, all at once, or not at all', async () => {
    const room = newRoom()
    const ana = await quietly(room, 'Ana')
    await setRules(ana, { lobby: true })
    const [ben, eva, leo] = [await come(room, 'Ben'), await come(room, 'Eva'), await come(room, 'Leo')]
    await click(ana.page, 'people')
    await shown(ana.page, 'lobby-list')
    await until(async () => (await ana.page.$$(hook('waiting'))).length === 3, { what: 'three who wait' })
    expect(await seriousFaults(ana.page)).toEqual([])
    await ana.page.locator('[aria-label="Turn away: Ben"]').click()
    await shown(ben, 'failure')
    expect(await text(ben, 'failure')).toContain('Nobody let you in')
    await shown(ana.page, 'admit-all')
    await click(ana.page, 'admit-all')
    for (const page of [eva, leo]) await page.waitForSelector('html[data-connection="connected"]')
  })

  it('takes somebody back in, and can be left', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    await moderate(ana, 'moveToLobby')
    await ana.click('answer')
    await shown(ben.page, 'lobby')
    await shown(ana.page, 'admit')
    await click(ben.page, 'leave-lobby')
    await shown(ben.page, 'ended')
    expect(await text(ben.page, 'ended')).toContain('You are no longer waiting')
    await ana.page.waitForSelector(hook('waiting'), { hidden: true })
  })
})

describe.each(BROWSERS)('a host, in %s', (browser) => {
  const { join, quietly } = people(browser)

  it('is asked with the focus on what does nothing, and goes on in the panel when the row is gone', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    const focused = () =>
      ana.page.evaluate(() => {
        const { activeElement } = document
        return activeElement?.getAttribute('data-testid') ?? activeElement?.textContent ?? ''
      })
    // Firefox tells of the focus only the window in front.
    await ana.page.bringToFront()
    await moderate(ana, 'ban')
    await shown(ana.page, 'cancel')
    expect(await focused()).toBe('cancel')
    await click(ana.page, 'answer')
    await shown(ben.page, 'ended')
    await soon('the focus in the list of people', async () => (await focused()) === 'People')
    await click(ana.page, 'people-room')
    await shown(ana.page, 'lift-ban')
    await ana.page.focus(hook('lift-ban'))
    await ana.page.keyboard.press('Enter')
    await soon('the focus in the dialog', async () => (await focused()) === 'Settings of the room')
  })

  it('reaches what can be done about somebody of a very long name', async () => {
    const room = newRoom()
    const [ana] = [await quietly(room, 'Ana'), await quietly(room, `Ben ${'von und zu '.repeat(5)}`.trim())]
    await click(ana.page, 'people')
    await shown(ana.page, 'person-menu')
    const beside = await ana.page.$$eval(`${hook('people-panel')} button`, (buttons) =>
      buttons.filter((button) => button.getBoundingClientRect().right > innerWidth).map(({ outerHTML }) => outerHTML),
    )
    expect(beside).toEqual([])
  })

  it('mutes somebody, who cannot speak until it is allowed', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    await moderate(ana, 'mute')
    await until(async () => (await ben.pressed('toggle-mic')) === 'false', { what: 'Ben muted' })
    const held = 'A host has muted you: you can speak when they allow it. Raise your hand to ask.'
    await until(async () => (await label(ben.page, 'toggle-mic')) === held, { what: 'the label' })
    const why = 'You cannot turn your microphone on until they allow it.'
    await until(async () => (await text(ben.page, 'toast')).includes(why), { what: 'the toast' })
    const told = async () => (await announced(ben.page)).split(why).length - 1
    await until(async () => (await told()) === 1, { what: 'why, at once' })
    await click(ben.page, 'toggle-mic')
    await ben.page.waitForSelector(`${hook('toast')}[data-key="hold:mic"]`)
    await until(async () => (await told()) === 2, { what: 'why, by the button' })
    await ben.page.keyboard.press('m')
    await until(async () => (await told()) === 3, { what: 'why, by the key as well' })
    expect(await ben.pressed('toggle-mic')).toBe('false')
    await ben.page.click(`${hook('toast')}[data-key="hold:mic"] button`)
    await until(() => ben.page.evaluate(() => window.tertulia.state.self?.handRaisedAt !== undefined), {
      what: 'the hand, by the button beside it',
    })
    await moderate(ana, 'allowMic')
    await until(async () => (await label(ben.page, 'toggle-mic')) === 'Microphone', { what: 'the microphone free' })
    expect(await ben.pressed('toggle-mic')).toBe('false')
    await click(ben.page, 'toggle-mic')
    await until(async () => (await ben.pressed('toggle-mic')) === 'true', { what: 'the microphone on' })
    await click(ana.page, 'mute-all')
    await until(async () => (await ben.pressed('toggle-mic')) === 'false', { what: 'everyone muted' })
  })

  it('stops somebody’s camera and screen, and may allow them again', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await join(room, 'Ben')]
    const benId = (await ben.peerId()) ?? ''
    await click(ben.page, 'share-screen')
    await ana.page.waitForSelector(ana.tile(benId, 'screen'))
    await moderate(ana, 'stopShare')
    await soon('the share to end', async () => (await ben.pressed('share-screen')) === 'false')
    expect(await announced(ben.page)).toContain('A host has ended your screen share')
    await moderate(ana, 'stopCam')
    await soon('the camera to go off', async () => (await ben.pressed('toggle-cam')) === 'false')
    expect(await label(ben.page, 'toggle-cam')).toContain('A host has turned your camera off')
    await click(ben.page, 'toggle-cam')
    expect(await ben.pressed('toggle-cam')).toBe('false')
    await moderate(ana, 'allowCam')
    await soon('the camera free', async () => (await label(ben.page, 'toggle-cam')) === 'Camera')
    expect(await ben.pressed('toggle-cam')).toBe('false')
  })

  it('makes somebody listener, speaker again, and host', async () => {
    const room = newRoom()
    const [ana, ben] = [await join(room, 'Ana'), await quietly(room, 'Ben')]
    const benId = (await ben.peerId()) ?? ''
    await moderate(ana, 'makeListener')
    await until(async () => (await label(ben.page, 'toggle-mic')).startsWith('You are a listener'), {
      what: 'a listener',
    })
    await click(ben.page, 'people')
    await shown(ben.page, 'person')
    expect(await ben.page.$(hook('person-menu'))).toBeNull()
    await moderate(ana, 'makeSpeaker')
    await until(async () => (await label(ben.page, 'toggle-cam')) === 'Camera', { what: 'a speaker' })
    await click(ben.page, 'toggle-mic')
    await click(ben.page, 'toggle-cam')
    await ana.seesAndHears([benId])
    await moderate(ana, 'makeHost')
    await ana.click('answer')
    await until(async () => (await announced(ben.page)).includes('You are host now'), { what: 'a host' })
  })

  it('removes and bans from the menu of a tile, after a question', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    const benId = (await ben.peerId()) ?? ''
    await ana.page.waitForSelector(ana.tile(benId))
    const ask = async (action: string, tile: string) => {
      await ana.page.$eval(`${tile} ${hook('tile-menu')}`, (button) => {
        ;(button as HTMLElement).click()
      })
      await shown(ana.page, `moderate-${action}`)
      expect(await seriousFaults(ana.page)).toEqual([])
      await click(ana.page, `moderate-${action}`)
      await shown(ana.page, 'answer')
    }
    await ask('remove', ana.tile(benId))
    await click(ana.page, 'cancel')
    await ana.page.waitForSelector('dialog', { hidden: true })
    expect(await ana.peerNames()).toEqual(['Ben'])
    await ask('remove', ana.tile(benId))
    await click(ana.page, 'answer')
    await shown(ben.page, 'ended')
    expect(await text(ben.page, 'ended')).toContain('You were removed from the call')
    expect(await ben.page.$eval(`${hook('ended')} .button-primary`, ({ textContent }) => textContent)).toBe(
      'To the start page',
    )
    expect(await ben.page.$(hook('rejoin'))).not.toBeNull()

    const eva = await quietly(room, 'Eva')
    await ana.page.waitForSelector(ana.tile((await eva.peerId()) ?? ''))
    await ask('ban', ana.tile((await eva.peerId()) ?? ''))
    await click(ana.page, 'answer')
    await shown(eva.page, 'ended')
    expect(await eva.page.$eval(hook('ended'), (card) => (card as HTMLElement).dataset.reason)).toBe('banned')
    expect(await eva.page.$(hook('rejoin'))).toBeNull()
  })

  it('ends the call for everyone, or leaves it', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    await ana.page.waitForSelector(`${hook('leave')}[aria-haspopup="menu"]`)
    expect(await ben.page.$(`${hook('leave')}[aria-haspopup="menu"]`)).toBeNull()
    await click(ana.page, 'leave')
    await shown(ana.page, 'end-call')
    await click(ana.page, 'end-call')
    await ana.click('answer')
    for (const { page } of [ana, ben]) await shown(page, 'ended')
    expect(await text(ana.page, 'ended')).toContain('You have ended the call for everyone')
    expect(await text(ben.page, 'ended')).toContain('The call was ended for everyone')
  })
})

describe.each(BROWSERS)('a room, in %s', (browser) => {
  const { open, quietly, come } = people(browser)

  const openSettings = async ({ page }: CallPage) => {
    await click(page, 'more')
    await shown(page, 'room-settings')
    await click(page, 'room-settings')
    await shown(page, 'rule-locked')
  }

  it('is locked, and asks for its password', async () => {
    const room = newRoom()
    const ana = await quietly(room, 'Ana')
    await openSettings(ana)
    expect(await seriousFaults(ana.page)).toEqual([])
    await ana.page.type(hook('room-password'), 'wind mill')
    await click(ana.page, 'set-password')
    await shown(ana.page, 'remove-password')

    const ben = await come(room, 'Ben')
    await ben.waitForSelector(hook('password'))
    await ben.type(hook('password'), 'wrong')
    await click(ben, 'join')
    await until(async () => (await text(ben, 'failure')).includes('This password is wrong'), {
      what: 'a wrong password',
    })
    await ben.$eval(hook('password'), (field) => {
      ;(field as HTMLInputElement).value = 'wind mill'
      field.dispatchEvent(new Event('input', { bubbles: true }))
    })
    await click(ana.page, 'rule-locked')
    await until(() => ana.page.evaluate(() => window.tertulia.state.access.room?.locked), { what: 'a locked room' })
    await click(ben, 'join')
    await until(async () => (await text(ben, 'failure')).includes('The room is locked'), { what: 'a locked door' })
    await click(ana.page, 'rule-locked')
    await until(() => ana.page.evaluate(() => window.tertulia.state.access.room?.locked === false), {
      what: 'an open one',
    })
    await click(ben, 'join')
    await ben.waitForSelector('html[data-connection="connected"]')
  })

  it('mutes newcomers, and takes so many and no more', async () => {
    const room = newRoom()
    const ana = await quietly(room, 'Ana')
    await openSettings(ana)
    await click(ana.page, 'rule-muteOnEntry')
    await soon('the rule', () => ana.page.evaluate(() => window.tertulia.state.access.room?.muteOnEntry))
    await ana.page.$eval(hook('rule-maxPeers'), (field) => {
      ;(field as HTMLInputElement).value = '2'
      field.dispatchEvent(new Event('input', { bubbles: true }))
      ;(field as HTMLInputElement).form?.requestSubmit()
    })
    await soon('the number', () => ana.page.evaluate(() => window.tertulia.state.access.room?.maxPeers === 2))
    await ana.page.keyboard.press('Escape')

    const ben = await quietly(room, 'Ben')
    await soon('Ben held', async () => (await label(ben.page, 'toggle-mic')).startsWith('A host has muted you'))
    expect(await ben.pressed('toggle-mic')).toBe('false')
    await until(async () => (await announced(ben.page)).includes('A host has muted you'), { what: 'it said' })
    await moderate(ana, 'allowMic')
    await soon('the microphone free', async () => (await label(ben.page, 'toggle-mic')) === 'Microphone')
    await click(ben.page, 'toggle-mic')
    await soon('the microphone on', async () => (await ben.pressed('toggle-mic')) === 'true')

    // Who has no credential is not told why.
    const eva = await come(room, 'Eva')
    await shown(eva, 'failure')
    expect(await text(eva, 'failure')).toContain('You cannot enter this room')
  })

  it('lets somebody in again who was banned', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    await moderate(ana, 'ban')
    await (await shown(ana.page, 'answer'))?.click()
    await shown(ben.page, 'ended')
    await ana.page.waitForSelector('dialog', { hidden: true })
    await openSettings(ana)
    await shown(ana.page, 'banned')
    expect(await text(ana.page, 'banned')).toContain('Ben')
    expect(await seriousFaults(ana.page)).toEqual([])
    expect(await label(ana.page, 'lift-ban')).toBe('Let in again: Ben')
    await click(ana.page, 'lift-ban')
    await ana.page.waitForSelector(hook('banned'), { hidden: true })
    expect(await ana.page.evaluate(() => window.tertulia.moderation.listBans())).toEqual([])
  })

  it('knows who comes back by a reload: the same person, in the same role, and still muted', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    const id = await ben.peerId()
    await moderate(ana, 'makeModerator')
    await soon('a moderator', async () => (await announced(ben.page)).includes('You are moderator now'))
    await click(ben.page, 'toggle-mic')
    await soon('the microphone off', async () => (await ben.pressed('toggle-mic')) === 'false')
    const reload = async () => {
      await ben.page.reload()
      await ben.connected()
      expect(await ben.peerId()).toBe(id)
      expect(await ben.page.evaluate(() => window.tertulia.state.access.role)).toBe('moderator')
      expect(await ben.pressed('toggle-mic')).toBe('false')
      expect(await ben.page.evaluate(() => window.tertulia.state.self?.published)).toEqual({})
    }
    await reload()
    expect(await label(ben.page, 'toggle-mic')).toBe('Microphone')
    await moderate(ana, 'mute')
    await soon('Ben held', async () => (await label(ben.page, 'toggle-mic')).startsWith('A host has muted you'))
    await reload()
    await soon('Ben held', async () => (await label(ben.page, 'toggle-mic')).startsWith('A host has muted you'))
    await moderate(ana, 'makeSpeaker')
    await soon('a speaker', () => ben.page.evaluate(() => window.tertulia.state.access.role === 'speaker'))
  })

  it('says in the old tab that the call goes on in the new one', async () => {
    const room = newRoom()
    const [, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    const id = await ben.peerId()
    // As a browser does that duplicates a tab.
    const kept = await ben.page.evaluate(() => Object.entries(sessionStorage))
    const page = await ben.page.browserContext().newPage()
    await page.evaluateOnNewDocument((entries) => {
      for (const [key, value] of entries) sessionStorage.setItem(key, value)
    }, kept)
    await page.goto(ben.page.url())
    await page.waitForSelector('html[data-connection="connected"]')
    expect(await page.evaluate(() => window.tertulia.state.self?.id)).toBe(id)
    await shown(ben.page, 'ended')
    expect(await text(ben.page, 'ended')).toContain('You joined from somewhere else')
    expect(await page.evaluate(() => window.tertulia.state.connection)).toBe('connected')
  })

  it('turns the chat off, and takes a message back', async () => {
    const room = newRoom()
    const [ana, ben] = [await quietly(room, 'Ana'), await quietly(room, 'Ben')]
    for (const { page } of [ana, ben]) await click(page, 'chat')
    await shown(ben.page, 'chat-input')
    await ben.page.type(hook('chat-input'), 'Something rude')
    await click(ben.page, 'chat-send')
    await shown(ana.page, 'delete-message')
    expect(await ben.page.$(hook('delete-message'))).toBeNull()
    await click(ana.page, 'delete-message')
    await ben.page.waitForSelector(hook('chat-message'), { hidden: true })
    await openSettings(ana)
    await ana.page.select(hook('rule-chat'), 'moderators')
    await shown(ben.page, 'chat-closed')
    expect(await text(ben.page, 'chat-closed')).toContain('Only hosts and moderators')
    expect(await ana.page.$(hook('chat-input'))).not.toBeNull()
    await ana.page.select(hook('rule-chat'), 'off')
    await until(async () => (await text(ben.page, 'chat-closed')).includes('turned off'), { what: 'no chat' })
  })

  it('knows its host by the secret of the link, which no invitation repeats', async () => {
    const answer = await fetch(`${site.url()}/api/v1/rooms`, { method: 'POST' })
    const { hostLink, guestLink } = (await answer.json()) as { hostLink: string; guestLink: string }
    const [path, fragment] = hostLink.split('#')
    const ana = await open(`${path}?name=Ana&autojoin=1&cam=0#${fragment}`)
    await ana.waitForSelector('html[data-connection="connected"]')
    expect(await ana.evaluate(() => window.tertulia.state.access.role)).toBe('host')
    await shown(ana, 'link')
    expect(await ana.$eval(hook('link'), (field) => (field as HTMLInputElement).value)).toBe(site.url() + guestLink)
  })
})
