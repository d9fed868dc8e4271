import { randomBytes } from 'node:crypto'
import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import type { CreatedRoom } from '../../shared/protocol.ts'
import { seriousFaults } from '../support/axe.ts'
import { BROWSERS, openPage } from '../support/browsers.ts'
import { CallPage, hook, shown, useSite } from '../support/callPage.ts'
import { post } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'

/** What the links of a call open, and that nobody hands out more than they mean to. */
const site = useSite()

const roleOf = (page: Page) => page.evaluate(() => window.tertulia.state.access.role)
const text = (page: Page, testId: string) => page.$eval(hook(testId), (element) => element.textContent ?? '')
const connected = (page: Page) => page.waitForSelector('html[data-connection="connected"]', { timeout: 20_000 })
const clickOn = (page: Page, testId: string) =>
  page.$eval(hook(testId), (button) => {
    ;(button as HTMLElement).click()
  })
const createRoom = async (rules: object = {}) => {
  const { body } = await post(`${site.url()}/api/v1/rooms`, { rules })
  const { roomId, guestLink, hostLink } = body as CreatedRoom
  return { roomId, guestLink, hostSecret: hostLink.split('#host=')[1] ?? '' }
}
/** Every link that the page shows, wherever it does. */
const linksOn = (page: Page) =>
  page.$$eval(hook('link'), (fields) => fields.map((field) => (field as HTMLInputElement).value))

describe.each(BROWSERS)('a new call, in %s', (browser) => {
  const { join, open } = site.in(browser)

  it('makes its maker host, also after a reload and in another tab, and nobody else', async () => {
    const page = await open('/')
    await shown(page, 'new-call')
    await page.click(hook('new-call'))
    await shown(page, 'name')
    const link = page.url()
    expect(link).toMatch(/\/r\/(?:[0-9a-z]{5}-){4}[0-9a-z]{5}$/)
    // Who opens the link first does not take the call over.
    const ben = await join(link.split('/r/')[1] ?? '', 'Ben', { cam: false })
    expect(await roleOf(ben.page)).toBe('speaker')
    await page.type(hook('name'), 'Ana')
    await clickOn(page, 'join')
    await connected(page)
    expect(await roleOf(page)).toBe('host')
    await page.reload()
    await shown(page, 'join')
    await clickOn(page, 'join')
    await connected(page)
    expect(await roleOf(page)).toBe('host')
    const tomorrow = await page.browserContext().newPage()
    await page.close()
    await tomorrow.goto(`${link}?name=Ana&autojoin=1&cam=0`)
    await connected(tomorrow)
    expect(await roleOf(tomorrow)).toBe('host')
  })

  it('is refused in words where not anyone may make one', async () => {
    const settings = { ROOM_CREATION: 'key', ROOM_CREATION_KEY: randomBytes(24).toString('hex') }
    const { url } = await startNode({ page: 'built', settings })
    const page = await openPage(browser, url)
    await shown(page, 'new-call')
    await page.click(hook('new-call'))
    await shown(page, 'no-new-calls')
    expect(await page.$(hook('new-call'))).toBeNull()
    expect(await seriousFaults(page)).toEqual([])
  })
})

describe.each(BROWSERS)('a host’s link, in %s', (browser) => {
  const { open } = site.in(browser)

  it('makes host, and leaves the address bar at once: no copy of it makes another', async () => {
    const { guestLink, hostSecret } = await createRoom()
    const ana = await open(`${guestLink}?name=Ana&autojoin=1&cam=0#host=${hostSecret}`)
    await connected(ana)
    expect(await roleOf(ana)).toBe('host')
    expect(ana.url()).toBe(`${site.url()}${guestLink}?name=Ana&autojoin=1&cam=0`)
    // Where nobody else is: the card; and the dialog, as from the list of people.
    await clickOn(ana, 'people')
    await shown(ana, 'people-invite')
    await clickOn(ana, 'people-invite')
    await ana.waitForSelector(`dialog ${hook('link')}`, { visible: true })
    expect(await linksOn(ana)).toEqual([site.url() + guestLink, site.url() + guestLink])
    expect(await ana.content()).not.toContain(hostSecret)
    await ana.reload()
    await connected(ana)
    expect(await roleOf(ana)).toBe('host')
    const copied = await open(ana.url().replace(site.url(), '').replace('Ana', 'Ben'))
    await connected(copied)
    expect(await roleOf(copied)).toBe('speaker')
    expect(await ana.evaluate(() => JSON.stringify(localStorage))).not.toContain(hostSecret)
  })
})

describe.each(BROWSERS)('an invite, in %s', (browser) => {
  const { open } = site.in(browser)

  it('opens the room once, to one person, who stays in over a reload', async () => {
    const { guestLink, hostSecret } = await createRoom({ lobby: true })
    const ana = await open(`${guestLink}?name=Ana&autojoin=1&cam=0#host=${hostSecret}`)
    await connected(ana)
    await clickOn(ana, 'people')
    await shown(ana, 'people-invite')
    await clickOn(ana, 'people-invite')
    await shown(ana, 'invite-one')
    await clickOn(ana, 'invite-one')
    await shown(ana, 'invite-link')
    expect(await seriousFaults(ana)).toEqual([])
    const link = await ana.$eval(hook('invite-link'), (field) => (field as HTMLInputElement).value)
    expect(link).toContain(`${site.url()}${guestLink}#invite=`)
    const invite = link.split('#invite=')[1]
    const ben = new CallPage(await open(`${guestLink}?name=Ben&autojoin=1&cam=0#invite=${invite}`), 'Ben')
    await ben.connected()
    const id = await ben.peerId()
    expect(await roleOf(ben.page)).toBe('speaker')
    expect(new URL(ben.page.url()).hash).toBe('')
    await ben.page.reload()
    await ben.connected()
    expect([await ben.peerId(), await roleOf(ben.page)]).toEqual([id, 'speaker'])

    const eva = await open(`${guestLink}?name=Eva&autojoin=1&cam=0#invite=${invite}`)
    await shown(eva, 'failure')
    expect(await text(eva, 'failure')).toContain('This invitation has been used already')
    expect(await seriousFaults(eva)).toEqual([])
    // Without it she may ask as anyone may.
    await clickOn(eva, 'join')
    await shown(eva, 'lobby')
  })

  it('that is none says so before one tries', async () => {
    const { guestLink } = await createRoom()
    const page = await open(`${guestLink}?name=Eva#invite=nonsense`)
    await page.waitForFunction(() => document.body.textContent?.includes('This invitation has been used already'))
    await clickOn(page, 'join')
    await connected(page)
  })
})
