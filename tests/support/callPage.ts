import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import type { CallStats, ClientState, TrackStats } from '../../client/sdk/types.ts'
import type { App } from '../../server/app.ts'
import { type BrowserName, closeBrowsers, openPage, type PageOptions } from './browsers.ts'
import { HeadlessPeer, type HeadlessPeerOptions } from './headless/index.ts'
import { openNode } from './startNode.ts'
import { until } from './until.ts'

type JoinOptions = PageOptions & { room: string; name: string; query?: Record<string, string> }

/** The server of a test file, and how people come to it. */
export type Site = {
  url(): string
  newRoom(): string
  /** Somebody else in a call, whose own page is not the question: without a browser, which costs most of a test's time. */
  guest(room: string, name: string, media?: Pick<HeadlessPeerOptions, 'mic' | 'cam'>): Promise<HeadlessPeer>
  in(browser: BrowserName): {
    /** A page at a path. */
    open(path: string, options?: PageOptions): Promise<Page>
    /** A person in a call; devices are on unless said otherwise. */
    join(room: string, name: string, options?: PageOptions & { cam?: boolean; mic?: boolean }): Promise<CallPage>
  }
}

/** Opens a server before the tests of a file and closes it, and all browsers, after them. */
export function useSite(openSite: () => Promise<App> = () => openNode({ page: 'built' })): Site {
  let app: App | undefined
  let rooms = 0
  beforeAll(async () => {
    app = await openSite()
  })
  afterAll(async () => {
    await closeBrowsers()
    await app?.close()
  })
  const url = () => app?.url ?? ''
  return {
    url,
    newRoom: () => `room-${++rooms}`,
    guest: async (roomId, name, media = {}) => {
      const peer = await HeadlessPeer.join({ url: url(), roomId, name, ...media })
      onTestFinished(() => peer.leave())
      return peer
    },
    in: (browser) => ({
      open: (path, options) => openPage(browser, `${url()}${path}`, options),
      join: (room, name, { cam = true, mic = true, ...options } = {}) =>
        CallPage.join(browser, url(), {
          ...options,
          room,
          name,
          query: { ...(cam ? {} : { cam: '0' }), ...(mic ? {} : { mic: '0' }) },
        }),
    }),
  }
}

export const hook = (testId: string): string => `[data-testid="${testId}"]`

export const shown = (page: Page, testId: string) =>
  page.waitForSelector(hook(testId), { visible: true, timeout: 20_000 })

/** What a test asks of the page's `window.tertulia`. */
type PageClient = { state: ClientState; getStats(): Promise<CallStats> }

/** One person's page in a call. */
export class CallPage {
  readonly page: Page
  readonly name: string

  constructor(page: Page, name: string) {
    this.page = page
    this.name = name
  }

  /** Opens the page and joins without a click. */
  static async join(browser: BrowserName, url: string, options: JoinOptions): Promise<CallPage> {
    const { room, name, query = {}, ...pageOptions } = options
    const search = new URLSearchParams({ name, autojoin: '1', ...query })
    const call = new CallPage(await openPage(browser, `${url}/r/${room}?${search}`, pageOptions), name)
    await call.connected()
    return call
  }

  /** The call is there, and so is what one does in it. */
  async connected(): Promise<void> {
    await this.page.waitForSelector('html[data-connection="connected"]', { timeout: 20_000 })
    await this.page.waitForSelector(hook('leave'), { timeout: 20_000 })
  }

  stats(): Promise<CallStats> {
    return this.page.evaluate(() => (globalThis as unknown as { tertulia: PageClient }).tertulia.getStats())
  }

  peerId(): Promise<string | undefined> {
    return this.page.evaluate(() => (globalThis as unknown as { tertulia: PageClient }).tertulia.state.self?.id)
  }

  /** Ids of the producers of what this person sends. */
  producerIds(): Promise<string[]> {
    return this.page.evaluate(() =>
      Object.values((globalThis as unknown as { tertulia: PageClient }).tertulia.state.self?.published ?? {})
        .map(({ producerId }): string => producerId)
        .sort(),
    )
  }

  /** Pictures of somebody's camera so far. */
  async frames(peerId: string): Promise<number> {
    const { received } = await this.stats()
    const camera = received.find((entry) => entry.peerId === peerId && entry.source === 'cam')
    return camera?.streams[0]?.framesDecoded ?? 0
  }

  peerNames(): Promise<string[]> {
    return this.page.evaluate(() =>
      (globalThis as unknown as { tertulia: PageClient }).tertulia.state.peers.map((peer) => peer.name),
    )
  }

  tile(peerId: string, source = 'cam'): string {
    return `[data-testid="tile"][data-peer-id="${peerId}"][data-source="${source}"]`
  }

  tileCount(): Promise<number> {
    return this.page.$$eval('[data-testid="tile"]', (tiles) => tiles.length)
  }

  async click(testId: string): Promise<void> {
    await this.page.locator(`[data-testid="${testId}"]`).click()
  }

  pressed(testId: string): Promise<string | null> {
    return this.page.$eval(`[data-testid="${testId}"]`, (button) => button.getAttribute('aria-pressed'))
  }

  /** Waits until frames of these people's cameras are decoded and their voices are heard, both rising. */
  async seesAndHears(peerIds: readonly string[], deadlineMs = 20_000): Promise<void> {
    const before = new Map<string, number>()
    await until(
      async () => {
        const { received } = await this.stats()
        return peerIds.every((peerId) =>
          (['cam', 'mic'] as const).every((source) => {
            const track = received.find((entry) => entry.peerId === peerId && entry.source === source)
            const value = track ? progress(track) : 0
            const key = `${peerId} ${source}`
            if (!before.has(key) && value > 0) before.set(key, value)
            return value > (before.get(key) ?? Number.POSITIVE_INFINITY)
          }),
        )
      },
      { what: `${this.name} to see and hear ${peerIds.length} others`, deadlineMs, everyMs: 200 },
    )
  }
}

/** What rises while a track is played: decoded frames of video, energy of audio. */
const progress = ({ source, streams }: TrackStats): number =>
  streams.reduce((sum, stream) => sum + ((source === 'cam' ? stream.framesDecoded : stream.totalAudioEnergy) ?? 0), 0)

export const joinedPeers = (pages: readonly CallPage[]): Promise<string[]> =>
  Promise.all(
    pages.map(async (page) => {
      const id = await page.peerId()
      if (id === undefined) throw new Error(`${page.name} is not in the call`)
      return id
    }),
  )
