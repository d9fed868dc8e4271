import type { ConferenceClient } from '../client/sdk/index.ts'
import type { Tile } from '../shared/requests.ts'
import { CallPage } from '../tests/support/callPage.ts'

type PageGlobal = { tertulia: ConferenceClient; look: (tiles: readonly Tile[]) => void }

/** Run in the page before its scripts. */
function lookAtNobody() {
  let client: ConferenceClient | undefined
  Object.defineProperty(globalThis, 'tertulia', {
    get: () => client,
    set: (made: ConferenceClient) => {
      client = made
      const look = made.setViewport.bind(made)
      made.setViewport = () => {}
      look([])
      Object.assign(globalThis, { look })
    },
  })
}

/** The page as it is, but what it says to be on screen is the benchmark's: at first nothing. */
export class Looker extends CallPage {
  static override async join(...[browser, url, options]: Parameters<typeof CallPage.join>): Promise<Looker> {
    const { page, name } = await CallPage.join(browser, url, { ...options, before: lookAtNobody })
    return new Looker(page, name)
  }

  async look(tiles: readonly Tile[]): Promise<void> {
    await this.page.evaluate((shown) => (globalThis as unknown as PageGlobal).look(shown), tiles as Tile[])
  }
}
