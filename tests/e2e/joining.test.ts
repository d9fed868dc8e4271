import { setTimeout as delay } from 'node:timers/promises'
import { observer, type types } from 'mediasoup'
import type { Page } from 'puppeteer-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../server/app.ts'
import { TURN_MS } from '../../server/media/KeyFrameTurns.ts'
import { BROWSERS, type BrowserName, closeBrowsers, openPage } from '../support/browsers.ts'
import type { Joining } from '../support/joinPage.ts'
import { openNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

/** How long it takes from the click to the first picture of another, printed; and what makes it short, asserted. */
const JOINS: Record<BrowserName, number> = { chromium: 10, firefox: 3 }
/** Who joins upon somebody else's heels waits for their key frame to be over; most people do not. */
const APART_MS = TURN_MS + 100

/** What the server does with its transports, by mediasoup's own observers. */
const resumes: { kind: types.MediaKind; dtlsState: string }[] = []
const keyFrameRequestDelays: (number | undefined)[] = []
observer.on('newworker', (worker) =>
  worker.observer.on('newrouter', (router) =>
    router.observer.on('newtransport', (transport) => {
      if (transport.type === 'webrtc') watchTransport(transport as types.WebRtcTransport)
    }),
  ),
)

function watchTransport(transport: types.WebRtcTransport): void {
  transport.observer.on('newconsumer', (consumer) =>
    consumer.observer.on('resume', () => resumes.push({ kind: consumer.kind, dtlsState: transport.dtlsState })),
  )
  const { produce } = transport
  transport.produce = (options) => {
    keyFrameRequestDelays.push(options.keyFrameRequestDelay)
    return produce.call(transport, options) as never
  }
}

let app: App
let script: string
beforeAll(async () => {
  ;[app, script] = await Promise.all([openNode(), bundle()])
})
afterAll(async () => {
  await closeBrowsers()
  await app?.close()
})

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'esnext',
      lib: { entry: `${import.meta.dirname}/../support/joinPage.ts`, formats: ['iife'], name: 'page' },
    },
  })
  for (const output of [built].flat()) {
    if ('output' in output)
      for (const file of output.output) if (file.type === 'chunk' && file.isEntry) return file.code
  }
  throw new Error('the page was not bundled')
}

async function open(browser: BrowserName): Promise<Page> {
  const page = await openPage(browser, app.url)
  await page.evaluate(script)
  return page
}

/** Two people who send, in one page. */
async function startRoom(browser: BrowserName, room: string): Promise<Page> {
  const page = await open(browser)
  for (const name of ['Ana', 'Ben']) await page.evaluate((room, name) => window.joinPage.stay(room, name), room, name)
  return page
}

const percentile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN

function report(what: string, joinings: readonly Joining[]): string {
  const times = joinings.map(({ firstFrameMs }) => firstFrameMs)
  const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)].map(Math.round)
  const early = joinings.filter(({ requests }) => requests.includes('produce')).length
  const requests = joinings.reduce((sum, joining) => sum + joining.keyFrameRequests, 0)
  return `${what}: p50 ${p50} ms, p95 ${p95} ms (${times.map(Math.round).join(' ')}), own media sent before it ${early} times, key frames asked for ${requests} times`
}

describe.each(BROWSERS)('joining, in %s', (browser) => {
  it('is quick, and quicker when it was prepared', async () => {
    const room = `quick-${browser}`
    await startRoom(browser, room)
    const page = await open(browser)
    const joinings: Record<'warm' | 'cold', Joining[]> = { warm: [], cold: [] }
    const coldResumes: typeof resumes = []
    for (let round = 0; round < JOINS[browser]; round++) {
      for (const kind of ['warm', 'cold'] as const) {
        await delay(APART_MS)
        const options = { room, name: `Eva ${kind} ${round}`, prepare: kind === 'warm', publish: true }
        const before = resumes.length
        joinings[kind].push(await page.evaluate((options) => window.joinPage.join(options), options))
        const pictures = resumes.slice(before).filter((resume) => resume.kind === 'video')
        expect(pictures).toHaveLength(2)
        if (kind === 'cold') coldResumes.push(...pictures)
      }
    }
    console.log(
      `${browser}, from the click to the first pictures of two people, ${JOINS[browser]} joins each, no network in between`,
    )
    for (const kind of ['warm', 'cold'] as const) console.log(report(kind, joinings[kind]))
    for (const { requests, roundTrips, packetsBefore } of joinings.warm) {
      expect({ first: requests[0], roundTrips, packetsBefore }).toEqual({
        first: 'join',
        roundTrips: 1,
        packetsBefore: 0,
      })
    }
    // Placement, websocket, socket.io's greeting, join.
    for (const { roundTrips } of joinings.cold) expect(roundTrips).toBeLessThanOrEqual(4)
    expect(new Set(keyFrameRequestDelays)).toEqual(new Set([400]))
    // No key frame may come before the keys that it is encrypted with.
    expect(new Set(coldResumes.map(({ dtlsState }) => dtlsState))).toEqual(new Set(['connected']))
  })

  it('asks once between the click and the first picture when it was prepared', async () => {
    const room = `once-${browser}`
    await startRoom(browser, room)
    const page = await open(browser)
    const options = { room, name: 'Eva', prepare: true, publish: false }
    const { requests } = await page.evaluate((options) => window.joinPage.join(options), options)
    expect(requests).toEqual(['join'])
  })

  it('is seen by nobody, and nothing flows, before the click', async () => {
    const room = `unseen-${browser}`
    const others = await startRoom(browser, room)
    const page = await open(browser)
    const before = resumes.length
    await page.evaluate((room) => window.joinPage.prepare(room, 'Eva'), room)
    await page.evaluate((room) => window.joinPage.stay(room, 'Cy'), room)
    await until(() => others.evaluate(() => window.joinPage.namesSeenBy('Ana').includes('Cy')))
    expect(await others.evaluate(() => window.joinPage.namesSeenBy('Ana'))).toEqual(['Ben', 'Cy'])
    // Cy hears two people, and they hear Cy: none of what is resumed is Eva's.
    await until(() => resumes.length - before === 4)
    await page.evaluate(() => window.joinPage.leave('Eva'))
    expect(resumes.length - before).toBe(4)
  })
})
