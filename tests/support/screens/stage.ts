/** What stands on the stage of a page, real or drawn. */
import type { Page } from 'puppeteer-core'
import type { Tile } from '../../../shared/requests.ts'
import { FakeMedia } from '../FakeMedia.ts'
import { openNode } from '../startNode.ts'
import { buildScreens } from './buildScreens.ts'

/** A server with the page's own components on made-up rooms. */
export const openScreensNode = async () => openNode({ media: new FakeMedia(), clientDir: await buildScreens() })

export type Box = { key: string; role: string; x: number; y: number; width: number; height: number }

/** Where the tiles are now, as they are read: row by row. */
export const boxes = (page: Page): Promise<Box[]> =>
  page.$$eval('[data-testid="tile"]', (tiles) =>
    tiles
      .map((tile) => {
        const { x, y, width, height } = tile.getBoundingClientRect()
        const { key = '', role = '' } = (tile as HTMLElement).dataset
        return { key, role, x, y, width, height }
      })
      .sort((a, b) => a.y - b.y || a.x - b.x),
  )

export const middle = ({ x, y, width, height }: Box) => [x + width / 2, y + height / 2] as const
export const keys = async (page: Page) => (await boxes(page)).map(({ key }) => key)
export const tile = (key: string) => `[data-testid="tile"][data-key="${key}"]`

/** What is asked of the server, on a drawn page. */
export const viewport = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { snapshotClient: { viewport: Tile[] } }).snapshotClient.viewport)

/** As tests and people do it: by the button, even where the pointer would have to hover first. */
export const press = (page: Page, selector: string) => page.$eval(selector, (button) => (button as HTMLElement).click())

/** Waits until everything has glided to its place. */
export async function gliding(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(({ playState, effect }) => playState !== 'running' || effect?.getTiming().iterations === Infinity),
  )
}
