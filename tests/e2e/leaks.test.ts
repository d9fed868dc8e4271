import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { observer, type types } from 'mediasoup'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import type { ClientState, ConferenceClient } from '../../client/sdk/index.ts'
import { BROWSERS, type BrowserName, can, closeBrowsers } from '../support/browsers.ts'
import { CallPage } from '../support/callPage.ts'
import { sectionCount, watchConnections } from '../support/pageStats.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

afterAll(closeBrowsers)

/** A turn takes Firefox longer, and the server's part is the same. */
const TIMES: Record<BrowserName, number> = { chromium: 50, firefox: 15 }
/** After so many nothing new should be needed. */
const WARM_UP = 3

type PageGlobal = { tertulia: ConferenceClient; sources: Record<'cam' | 'screen', MediaStreamTrack> }

/** The routers and transports that are made while the test runs, in this process. */
function watchMedia() {
  const made: { routers: types.Router[]; transports: types.Transport[] } = { routers: [], transports: [] }
  const watch = (worker: types.Worker) =>
    worker.observer.on('newrouter', (router) => {
      made.routers.push(router)
      router.observer.on('newtransport', (transport) => made.transports.push(transport))
    })
  observer.on('newworker', watch)
  onTestFinished(() => void observer.off('newworker', watch))
  return made
}

const listenersOf = (emitter: types.Transport | types.Transport['observer']): number => {
  const { eventNames, listenerCount } = emitter as unknown as EventEmitter
  return eventNames.call(emitter).reduce((sum, name) => sum + listenerCount.call(emitter, name), 0)
}

/** What a worker holds for a router, by its own account. */
async function held(router: types.Router) {
  const dump = await router.dump()
  return {
    transports: dump.transportIds.length,
    producers: dump.mapProducerIdConsumerIds.length,
    consumers: dump.mapConsumerIdProducerId.length,
  }
}

/** Run in the page: two pictures that move. */
function drawSources() {
  const draw = () => {
    const canvas = document.createElement('canvas')
    ;[canvas.width, canvas.height] = [640, 360]
    const context = canvas.getContext('2d')
    let turn = 0
    setInterval(() => {
      if (context) context.fillStyle = `hsl(${turn++ % 360} 80% 50%)`
      context?.fillRect(0, 0, canvas.width, canvas.height)
    }, 50)
    const [track] = canvas.captureStream(20).getVideoTracks()
    if (!track) throw new Error('nothing drawn')
    return track
  }
  Object.assign(globalThis, { sources: { cam: draw(), screen: draw() } })
}

async function turn(page: CallPage, on: boolean): Promise<void> {
  await page.page.evaluate(async (publish) => {
    const { tertulia, sources } = globalThis as unknown as PageGlobal
    for (const source of ['cam', 'screen'] as const)
      await (publish ? tertulia.publish(source, sources[source]) : tertulia.unpublish(source))
  }, on)
}

/** What the page receives of others: `cam screen`. */
const receives = ({ page }: CallPage): Promise<string> =>
  page.evaluate(() => {
    const { peers } = (globalThis as unknown as { tertulia: { state: ClientState } }).tertulia.state
    const tracks = peers.flatMap(({ published }) => Object.values(published)).filter(({ track }) => track)
    return tracks
      .map(({ source }) => source)
      .sort()
      .join(' ')
  })

const listeners = async ({ page }: CallPage): Promise<number> => {
  const session = await page.createCDPSession()
  await session.send('HeapProfiler.collectGarbage')
  await session.detach()
  return (await page.metrics()).JSEventListeners ?? 0
}

test.each(BROWSERS)(
  'a camera and a screen that come and go many times leave nothing behind, in %s',
  async (browser) => {
    const times = TIMES[browser]
    const warnings: string[] = []
    const note = ({ name }: Error) => void warnings.push(name)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    const made = watchMedia()
    const { url } = await startNode({ page: 'built', settings: { MESSAGE_RATE: '10000' } })
    const room = randomUUID()
    const join = (name: string) =>
      CallPage.join(browser, url, { room, name, query: { cam: '0', mic: '0' }, before: watchConnections })
    const [publisher, viewer] = [await join('Publisher'), await join('Viewer')]
    await publisher.page.evaluate(drawSources)
    const [router] = made.routers
    if (!router) throw new Error('no room')

    const comeAndGo = async (times: number) => {
      for (let time = 0; time < times; time++) {
        await turn(publisher, true)
        await until(async () => (await receives(viewer)) === 'cam screen', { what: 'both to come' })
        await turn(publisher, false)
        await until(async () => (await receives(viewer)) === '', { what: 'both to go' })
      }
      const sections = [await sectionCount(publisher.page), await sectionCount(viewer.page)] as const
      return {
        sections,
        ...(await held(router)),
        serverListeners: made.transports.map((transport) => listenersOf(transport) + listenersOf(transport.observer)),
        pageListeners: can(browser, 'listenerCounts') ? [await listeners(publisher), await listeners(viewer)] : [],
      }
    }
    const early = await comeAndGo(WARM_UP)
    const late = await comeAndGo(times - WARM_UP)
    console.log(JSON.stringify({ early, late }))
    const [publisherSections, viewerSections] = early.sections
    // In Firefox mediasoup-client takes a new section for each track (versatica/mediasoup-client#104).
    const newSections = browser === 'firefox' ? 2 * (times - WARM_UP) : 0
    expect(late.sections[0]).toBe(publisherSections + newSections)
    // One that comes while the one before still goes takes a section more, once for each of the two.
    expect(late.sections[1] - viewerSections).toBeLessThanOrEqual(2)
    expect(late).toMatchObject({ transports: 4, producers: 0, consumers: 0 })
    expect(late.serverListeners).toEqual(early.serverListeners)
    // A page has some that come and go by themselves.
    const more = late.pageListeners.map((count, at) => count - (early.pageListeners[at] ?? 0))
    expect(Math.max(0, ...more)).toBeLessThan(times / 5)
    expect(warnings).not.toContain('MaxListenersExceededWarning')
  },
)
