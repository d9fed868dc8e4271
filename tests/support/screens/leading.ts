/** What a host has to do with those who come, and what these see of it. */
import type { Page } from 'puppeteer-core'
import { openPage } from '../browsers.ts'
import { hook, shown } from '../callPage.ts'
import { drawnDevices } from './drawnDevices.ts'
import { click, close, type Journey, open } from './steps.ts'
import { still } from './still.ts'

const NEWCOMER = 5

/** @param page a host's, in a call */
export async function leadACall(page: Page, { take, url, options, room }: Journey & { room: string }): Promise<void> {
  await open(page, 'statistics', hook('stats-track'))
  await page.waitForFunction(() =>
    /\d [kM]b\/s/.test(document.querySelector('[data-testid="stats"]')?.textContent ?? ''),
  )
  await still(page)
  await take(page, 'Statistics')
  await close(page, hook('stats-panel'))

  await open(page, 'room-settings', hook('rule-locked'))
  await click(page, 'rule-lobby')
  await page.waitForFunction(() => window.tertulia.state.access.room?.lobby)
  await still(page)
  await take(page, 'Settings of the room')
  await close(page, 'dialog')

  const comes = async (name: string) => {
    const before = await drawnDevices(NEWCOMER)
    const query = new URLSearchParams({ name, autojoin: '1' })
    return await openPage('chromium', `${url}/r/${room}?${query}`, { ...options, before })
  }
  const ravi = await comes('Ravi Patel')
  await shown(ravi, 'lobby')
  await ravi.waitForFunction(() => (document.querySelector('video') as HTMLVideoElement)?.videoWidth > 0)
  await take(ravi, 'Waiting to be let in')
  await shown(page, 'knock')
  await still(page)
  await take(page, 'Somebody knocks')
  await shown(await comes('Hana Sato'), 'lobby')
  await open(page, 'people', hook('lobby-list'))
  await page.waitForFunction((row) => document.querySelectorAll(row).length === 2, {}, hook('waiting'))
  await still(page)
  await take(page, 'Who waits')

  await click(page, 'admit')
  await ravi.waitForSelector('html[data-connection="connected"]')
  const raviId = await ravi.evaluate(() => window.tertulia.state.self?.id)
  const row = `${hook('person')}[data-peer-id="${raviId}"] ${hook('person-menu')}`
  await page.waitForSelector(row)
  await page.$eval(row, (button) => (button as HTMLElement).click())
  await open(page, 'moderate-ban', hook('answer'))
  await still(page)
  await take(page, 'A question before a ban')
  await click(page, 'answer')
  await shown(ravi, 'ended')
  await take(ravi, 'Removed for good')
  await close(page, hook('people-panel'))
}
