import { afterAll, expect, onTestFinished, test } from 'vitest'
import type { PeerId } from '../shared/ids.ts'
import type { Tile } from '../shared/requests.ts'
import { CHROMIUM_FLAGS, closeBrowsers } from '../tests/support/browsers.ts'
import { CallPage } from '../tests/support/callPage.ts'
import { HeadlessPeer } from '../tests/support/headless/index.ts'
import { openNode } from '../tests/support/startNode.ts'
import { Looker } from './Looker.ts'
import { Meter, type Rate } from './Meter.ts'
import { kbps, machine, table } from './report.ts'

/**
 * What a viewer receives and what everybody sends, against a call in which everyone sends all layers to everyone.
 *
 * The baseline is the same server, room and people, with a viewer who says of every camera that it is shown at full
 * size: then there is nothing to choose, and every publisher is asked for all layers.
 */
const PUBLISHERS = 25
const BROWSERS = 2
const RECORDED = PUBLISHERS - BROWSERS
const TALKING = 3
/** Those who only look, and come before the publishers. */
const VIEWERS = 2
const ROOM = 'bandwidth'
const SETTLING_MS = 3000
const MOST_WINDOWS = 14
const MOST_TRIES = 3
/** Two loops of the recorded camera. */
const MEASURED_MS = 12_000
/** So far may the recorded people be from the browsers. */
const MOST_APART = 0.1

// As many pictures a second as were recorded; Chromium's own fake camera takes 20.
const FRAME_RATE = 30
const LEAST_OF_FRAMES = 0.9
CHROMIUM_FLAGS.push(`--use-fake-device-for-media-stream=fps=${FRAME_RATE}`)
afterAll(closeBrowsers)

type Measured = { publishers: Rate[]; viewers: Rate[]; calm: boolean }

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]) => sum(values) / values.length
const sent = ({ publishers }: Pick<Measured, 'publishers'>) => publishers.map((rate) => rate.sent)
const received = ({ viewers }: Measured) => viewers.map((rate) => rate.received)
const full = (peerId: string): Tile => ({ peerId: peerId as PeerId, source: 'cam', width: 1280, height: 720 })

/** What the page shows of the publishers. */
async function tilesOf({ page }: CallPage): Promise<Tile[]> {
  const tiles = await page.$$eval('[data-testid="tile"]:not([data-self="true"])', (found) =>
    found.map((tile) => {
      const { width, height } = tile.getBoundingClientRect()
      return { peerId: (tile as HTMLElement).dataset.peerId ?? '', width, height }
    }),
  )
  return tiles.map(({ peerId, width, height }) => ({ ...full(peerId), width, height }))
}

const publishersOf = (rates: readonly Rate[]) => rates.slice(VIEWERS, VIEWERS + PUBLISHERS)

/**
 * How many of the page's videos come in less than it wants, or not at all: a busy machine looks to it like a slow line.
 * Then it gets less than the one without a browser, and each picture that comes back costs its publisher a key frame.
 */
const lacking = async (viewer: CallPage): Promise<number> =>
  (await viewer.stats()).received.filter(({ layers }) => layers && layers.current < layers.wanted).length

/** Pictures that a page has made of its camera. */
async function framesOf(publisher: CallPage): Promise<number> {
  const camera = (await publisher.stats()).sent.find(({ source }) => source === 'cam')
  return Math.max(0, ...(camera?.streams ?? []).map(({ framesEncoded = 0 }) => framesEncoded))
}

/**
 * Whether the machine lets the browsers do what they would: the viewer is sent all that it wants, and the publishers
 * have made nearly all pictures since the last call.
 */
function calmCheck(viewer: CallPage, publishers: readonly CallPage[]): () => Promise<boolean> {
  let before = { at: performance.now(), frames: [] as number[] }
  return async () => {
    const now = { at: performance.now(), frames: await Promise.all(publishers.map(framesOf)) }
    const seconds = (now.at - before.at) / 1000
    const rates = now.frames.map((frames, at) => (frames - (before.frames[at] ?? 0)) / seconds)
    before = now
    const short = await lacking(viewer)
    const calm = short === 0 && rates.every((rate) => rate > LEAST_OF_FRAMES * FRAME_RATE)
    if (!calm)
      console.log(`not calm: ${short} videos are short, ${rates.map((rate) => rate.toFixed(0))} pictures a second`)
    return calm
  }
}

/**
 * Waits until bit rates no longer change much, doing `meanwhile` again and again, then measures.
 * @param isCalm asked before and after; it is measured again where it is not
 */
async function measure(
  meter: Meter,
  meanwhile: () => Promise<void> = async () => {},
  isCalm: () => Promise<boolean> = async () => true,
): Promise<Measured> {
  let before: readonly number[] = []
  let calm = false
  for (let windows = 0; windows < MOST_WINDOWS; windows++) {
    await meanwhile()
    const rates = await meter.rates(SETTLING_MS)
    // Apart from each other: an estimate that climbs must not drown in what all the others send.
    const now = [
      sum(sent({ publishers: publishersOf(rates) }).slice(RECORDED)),
      sum(rates.map((rate) => rate.sent)),
      sum(rates.map((rate) => rate.received)),
    ]
    calm = await isCalm()
    if (calm && now.every((rate, at) => Math.abs(rate - (before[at] ?? 0)) < 0.03 * rate)) break
    before = now
  }
  const rates = await meter.rates(MEASURED_MS)
  const viewers = [...rates.slice(0, VIEWERS), ...rates.slice(VIEWERS + PUBLISHERS)]
  return { publishers: publishersOf(rates), viewers, calm: calm && (await isCalm()) }
}

async function publish(url: string): Promise<{ ids: string[]; browsers: Looker[] }> {
  const ids: string[] = []
  const browsers: Looker[] = []
  for (let at = 0; at < PUBLISHERS; at++) {
    const name = `Publisher ${at}`
    // The last: while others come in, the machine is busy, and a browser takes that for a slow line.
    if (at >= RECORDED) {
      const page = await Looker.join('chromium', url, { room: ROOM, name })
      ids.push((await page.peerId()) ?? '')
      browsers.push(page)
      continue
    }
    const mic = at < TALKING ? 'talking' : 'silent'
    const peer = await HeadlessPeer.join({ url, roomId: ROOM, name, mic, cam: true })
    onTestFinished(() => peer.leave())
    peer.client.setViewport([])
    ids.push(peer.state.self?.id ?? '')
  }
  return { ids, browsers }
}

test('bandwidth', async () => {
  const meter = new Meter()
  const { url, close } = await openNode({ page: 'built' })
  onTestFinished(close)
  const viewer = await CallPage.join('chromium', url, { room: ROOM, name: 'Viewer', query: { cam: '0', mic: '0' } })
  // Beside it one without a browser, who looks at the same.
  const recorded = await HeadlessPeer.join({ url, roomId: ROOM, name: 'Recorded viewer' })
  onTestFinished(() => recorded.leave())
  recorded.client.setViewport([])
  const { ids, browsers } = await publish(url)
  for (const id of ids) await viewer.page.waitForSelector(viewer.tile(id))
  // The page's tiles grow a little when the news of those who came has gone.
  const look = async () => recorded.client.setViewport(await tilesOf(viewer))
  const isCalm = calmCheck(viewer, browsers)
  let grid = await measure(meter, look, isCalm)
  for (let tries = 1; tries < MOST_TRIES && !grid.calm; tries++) grid = await measure(meter, look, isCalm)
  recorded.client.setViewport([])

  const [talking = ''] = ids
  await viewer.page.$eval(`${viewer.tile(talking)} [data-testid="pin"]`, (pin) => (pin as HTMLElement).click())
  const large = await measure(meter)
  await viewer.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  const hidden = await measure(meter)

  recorded.client.setViewport([full(ids[0] ?? ''), full(ids.at(-1) ?? '')])
  const two = await measure(meter)
  recorded.client.setViewport([])

  // No browser on a small machine decodes 25 large pictures; and this one's bandwidth is not even estimated.
  const other = await HeadlessPeer.join({ url, roomId: ROOM, name: 'Viewer of all', unlimited: true })
  onTestFinished(() => other.leave())
  other.client.setViewport(ids.map(full))
  const baseline = await measure(meter)

  console.log(`\n${machine()}; ${PUBLISHERS} publishers, ${BROWSERS} of them Chromium, ${TALKING} + ${BROWSERS} talk`)
  const states = { 'grid of everyone': grid, 'one large tile': large, 'hidden tab': hidden }
  const less = (before: number, now: number) => `${(before / now).toFixed(1)} ×`
  const [sentByAll, receivedByOne] = [sum(sent(baseline)), received(baseline)[2] ?? 0]
  const rows = Object.entries(states).map(([name, state]) => {
    const [out, into = 0] = [sum(sent(state)), received(state)[0]]
    return [name, kbps(out), less(sentByAll, out), kbps(into), less(receivedByOne, into)]
  })
  console.log(
    table(
      ['kbit/s', 'all send', 'less', 'the viewer receives', 'less'],
      [['all layers to everyone', kbps(sentByAll), '', kbps(receivedByOne), ''], ...rows],
    ),
  )

  // Whether what has no browser behaves as what has: by the talking ones, and with all layers where there is room.
  const [pageReceives = 0, recordedReceives = 0] = received(grid)
  const kinds = (state: Measured) => [mean(sent(state).slice(RECORDED)), mean(sent(state).slice(0, TALKING))] as const
  const pairs: Record<string, readonly [browser: number, headless: number]> = {
    'sends to a grid': kinds(grid),
    'sends all layers': [sent(two).at(-1) ?? 0, sent(two)[0] ?? 0],
    'receives a grid': [pageReceives, recordedReceives],
  }
  const compared = Object.entries(pairs).map(([name, [browser, headless]]) => [
    name,
    kbps(browser),
    kbps(headless),
    (headless / browser).toFixed(2),
  ])
  console.log(table(['kbit/s', 'Chromium', 'recorded', 'ratio'], compared))

  expect(grid.calm, 'the browsers to do what they would: the machine is too busy for them').toBe(true)
  // With all layers the browser's estimate of a busy machine's bandwidth decides, so that is printed only.
  for (const name of ['sends to a grid', 'receives a grid']) {
    const [browser, headless] = pairs[name] ?? [0, 0]
    expect(headless / browser, name).toBeGreaterThan(1 - MOST_APART)
    expect(headless / browser, name).toBeLessThan(1 + MOST_APART)
  }
  expect(sentByAll / sum(sent(grid))).toBeGreaterThan(5)
  expect(receivedByOne / pageReceives).toBeGreaterThan(8)
})
