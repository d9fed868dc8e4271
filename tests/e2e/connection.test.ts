import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { BROWSERS, openPage } from '../support/browsers.ts'
import { CallPage, useSite } from '../support/callPage.ts'
import { openNode, startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

/** What a person is told of the connection, before a call and while it is broken. */
const site = useSite()

const CHECK = '[data-testid="connection-check"]'

/** Run in the page: the network lets no UDP through. */
function withoutUdp() {
  RTCPeerConnection.prototype.setRemoteDescription = new Proxy(RTCPeerConnection.prototype.setRemoteDescription, {
    apply(target, connection, [description, ...rest]) {
      const sdp = description.sdp.replace(/^a=candidate:.* udp .*\r\n/gim, '')
      return Reflect.apply(target, connection, [{ ...description, sdp }, ...rest])
    },
  })
}

const finding = async (page: Page, state: string) => {
  await page.waitForSelector(`${CHECK}[data-state="${state}"]`, { timeout: 20_000 })
  return await page.$eval(`${CHECK} p`, ({ textContent }) => textContent)
}

describe.each(BROWSERS)('the connection test in a room where nobody is, in %s', (browser) => {
  const { open } = site.in(browser)

  it('says that sound and picture get through', async () => {
    const page = await open(`/r/${site.newRoom()}`)
    expect(await finding(page, 'ready')).toBe('Sound and picture get through to the server.')
  })

  it('says that the network is limited where only TCP gets through', async () => {
    const page = await open(`/r/${site.newRoom()}`, { before: withoutUdp })
    expect(await finding(page, 'limited')).toContain('your network holds them up')
  })

  it('says that nothing gets through, and what to do', async () => {
    // An address that leads nowhere (RFC 5737).
    const { url } = await startNode({ page: 'built', settings: { ANNOUNCED_ADDRESSES: '192.0.2.1' } })
    const page = await openPage(browser, `${url}/r/nobody`)
    expect(await finding(page, 'failed')).toContain('Try another network')
    await page.click(`${CHECK} button`)
    await finding(page, 'checking')
  })
})

describe.each(BROWSERS)('a server that is restarted, in %s', (browser) => {
  it('is waited for in words, without a word of sharing meanwhile', async () => {
    const before = await openNode({ page: 'built' })
    const { port } = new URL(before.url)
    const ana = await CallPage.join(browser, before.url, { room: 'restarted', name: 'Ana' })
    const { page } = ana
    await ana.click('share-screen')
    const sharing = () => page.$eval('.sharing-text', ({ textContent }) => textContent)
    await page.waitForSelector('[data-testid="sharing"]')
    expect(await sharing()).toContain('The others see')
    await before.close()
    await page.waitForSelector('[data-testid="connection-banner"]')
    const banner = await page.$eval('[data-testid="connection-banner"] strong', ({ textContent }) => textContent)
    expect(banner).toBe('The server is restarting. You will be back in a moment, without doing anything.')
    expect(await sharing()).toBe('Sharing is paused until the connection is back.')
    await startNode({ page: 'built', settings: { PORT: port } })
    await page.waitForSelector('html[data-connection="connected"]', { timeout: 30_000 })
    await page.waitForSelector('[data-testid="connection-banner"]', { hidden: true })
    await until(async () => (await sharing())?.includes('The others see'), { what: 'the screen to be sent again' })
    const said = () => page.$$eval('[data-testid="announcements"] p', (all) => all.map((p) => p.textContent))
    await until(async () => (await said()).includes('Connected again'), { what: 'the end of it said' })
    expect(await said()).toEqual(['You are in the call', 'Connected again'])
  })
})
