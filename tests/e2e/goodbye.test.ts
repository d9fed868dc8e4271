import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { BROWSERS } from '../support/browsers.ts'
import { hook, useSite } from '../support/callPage.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'

/** Whoever closes or leaves the page has left for the others at once: they do not wait for somebody who has gone. */
const site = useSite()

const WAYS: [string, (page: Page) => Promise<unknown>][] = [
  ['closes the page', (page) => page.close()],
  ['goes to another page of the site', (page) => page.goto(`${site.url()}/nonsense`)],
  ['goes to another site', (page) => page.goto(site.url().replace('127.0.0.1', 'localhost'))],
  ['loads the page anew', (page) => page.reload()],
]

describe.each(BROWSERS)('who is in a call, in %s, and', (browser) => {
  const times: number[] = []

  it.each(WAYS)('%s has left at once', async (way, leave) => {
    const room = site.newRoom()
    const ben = await SignalingPeer.join(site.url(), { room, name: 'Ben' })
    const ana = await site.in(browser).join(room, 'Ana')
    const left = ben.next('peerLeft').then(() => performance.now())
    const start = performance.now()
    // The next page is there before this one's window is closed.
    const [at] = await Promise.all([left, leave(ana.page)])
    const ms = Math.round(at - start)
    console.log(`${browser}, who ${way}: gone after ${ms} ms`)
    times.push(ms)
    // Taken leave, not missed: for that the server waits for ten seconds.
    expect(ben.all('peerLeft')).toMatchObject([{ reason: 'left' }])
  })

  it('has done so within a second', () => {
    // Not each time: a machine that has other work may be slow to leave a page.
    expect(times.sort((a, b) => a - b)[1]).toBeLessThan(1000)
  })

  it('comes back by a reload as the same person, and stays', async () => {
    const room = site.newRoom()
    const ben = await SignalingPeer.join(site.url(), { room, name: 'Ben' })
    const ana = await site.in(browser).join(room, 'Ana')
    const id = await ana.peerId()
    await ana.page.reload()
    await ana.connected()
    expect(await ana.peerId()).toBe(id)
    await ana.page.waitForSelector(hook('tile'))
    expect(ben.all('peerLeft')).toHaveLength(1)
  })
})
