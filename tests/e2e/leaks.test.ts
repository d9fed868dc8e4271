import { randomUUID } from 'node:crypto'
import { observer, type types } from 'mediasoup'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import type { ClientState, ConferenceClient } from '../../client/sdk/index.ts'
import { closeBrowsers } from '../support/browsers.ts'
import { CallPage } from '../support/callPage.ts'
import { sectionCounts, watchConnections } from '../support/pageStats.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

afterAll(closeBrowsers)

const TIMES = 50
/** After so many nothing new should be needed. */
const WARM_UP = 3

type PageGlobal = { tertulia: ConferenceClient; sources: Record<'cam' | 'screen', MediaStreamTrack> }

/** All routers that are made while the test runs, in this process. */
function watchRouters(): types.Router[] {
  const routers: types.Router[] = []
  const watch = (worker: types.Worker) => worker.observer.on('newrouter', (router) => routers.push(router))
  observer.on('newworker', watch)
  onTestFinished(() => void observer.off('newworker', watch))
  return routers
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

test('a camera and a screen that come and go 50 times leave nothing behind', async () => {
  const warnings: string[] = []
  const note = ({ name }: Error) => void warnings.push(name)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const routers = watchRouters()
  const { url } = await startNode({ page: 'built' })
  const room = randomUUID()
  const join = (name: string) =>
    CallPage.join('chromium', url, { room, name, query: { cam: '0', mic: '0' }, before: watchConnections })
  const [publisher, viewer] = [await join('Publisher'), await join('Viewer')]
  await publisher.page.evaluate(drawSources)
  const [router] = routers
  if (!router) throw new Error('no room')

  const comeAndGo = async (times: number) => {
    for (let time = 0; time < times; time++) {
      await turn(publisher, true)
      await until(async () => (await receives(viewer)) === 'cam screen', { what: 'both to come' })
      await turn(publisher, false)
      await until(async () => (await receives(viewer)) === '', { what: 'both to go' })
    }
    const sections = [await sectionCounts(publisher.page), await sectionCounts(viewer.page)]
    return { sections, ...(await held(router)), listeners: [await listeners(publisher), await listeners(viewer)] }
  }
  const early = await comeAndGo(WARM_UP)
  const late = await comeAndGo(TIMES - WARM_UP)
  console.log(JSON.stringify({ early, late }))
  expect(late.sections).toEqual(early.sections)
  expect(late).toMatchObject({ transports: 4, producers: 0, consumers: 0 })
  for (const [at, count] of late.listeners.entries()) expect(count).toBeLessThan((early.listeners[at] ?? 0) + TIMES / 2)
  expect(warnings).not.toContain('MaxListenersExceededWarning')
})
