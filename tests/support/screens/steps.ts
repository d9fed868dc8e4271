/** What the journeys do on a page. */
import type { Page } from 'puppeteer-core'
import type { PageOptions } from '../browsers.ts'
import { hook } from '../callPage.ts'
import { press } from './stage.ts'

export type Journey = {
  /** Draws the page as it is now. */
  readonly take: (page: Page, title: string) => Promise<void>
  /** Origin of the server. */
  readonly url: string
  readonly options: PageOptions
}

/** Someone else's face than those of the snapshots. */
export const SELF = 40

export const click = (page: Page, testId: string) => press(page, hook(testId))

/** @param menu of which menu it is an item, if it is not in the bar; where there is no room for that one, of the other */
export async function open(page: Page, testId: string, waitFor: string, menu = 'more'): Promise<void> {
  if (!(await page.$(hook(testId)))) await click(page, (await page.$(hook(menu))) ? menu : 'more')
  await page.waitForSelector(hook(testId))
  await click(page, testId)
  await page.waitForSelector(waitFor, { visible: true })
}

export async function close(page: Page, selector: string): Promise<void> {
  await page.keyboard.press('Escape')
  await page.waitForSelector(selector, { hidden: true })
}
