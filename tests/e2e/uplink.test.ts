import { randomUUID } from 'node:crypto'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import type { PeerId } from '../../shared/ids.ts'
import { BROWSERS, type BrowserName, closeBrowsers } from '../support/browsers.ts'
import { CallPage } from '../support/callPage.ts'
import { HeadlessPeer } from '../support/headless/index.ts'
import { statsOf, watchConnections } from '../support/pageStats.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

afterAll(closeBrowsers)

const FEW = 2
/**
 * What a viewer more costs does not depend on the publisher's browser: one of them is asked with many. Firefox's estimate
 * goes on climbing slowly for longer; a copy for each viewer would be three times as much.
 */
const ROOMS: Record<BrowserName, { many: number; tolerance: number }> = {
  chromium: { many: 20, tolerance: 0.15 },
  firefox: { many: 6, tolerance: 0.5 },
}
/** Pictures of the camera between two looks at it. */
const FRAMES = 60

type Uplink = { streams: number; bitsPerSecond: number }

/** What a page sends, over so many pictures. */
async function uplinkOf({ page }: CallPage): Promise<Uplink> {
  const look = async () => {
    const streams = (await statsOf(page, 'outbound-rtp')).map((entry) => ({
      at: Number(entry.timestamp),
      frames: Number(entry.framesEncoded ?? 0),
      packets: Number(entry.packetsSent ?? 0),
      bytes: Number(entry.bytesSent ?? 0),
    }))
    return { streams, frames: Math.max(...streams.map(({ frames }) => frames)) }
  }
  const before = await look()
  const after = await until(
    async () => {
      const now = await look()
      return now.frames - before.frames >= FRAMES && now
    },
    { what: `${FRAMES} pictures`, deadlineMs: 20_000, everyMs: 100 },
  )
  const grown = after.streams.map((stream, at) => ({
    packets: stream.packets - (before.streams[at]?.packets ?? 0),
    bitsPerSecond:
      ((stream.bytes - (before.streams[at]?.bytes ?? 0)) * 8000) / (stream.at - (before.streams[at]?.at ?? 0)),
  }))
  return {
    streams: grown.filter(({ packets }) => packets > 0).length,
    bitsPerSecond: grown.reduce((sum, { bitsPerSecond }) => sum + bitsPerSecond, 0),
  }
}

/** When the estimate no longer moves it. */
async function settledUplink(publisher: CallPage): Promise<Uplink> {
  let before = await uplinkOf(publisher)
  return await until(
    async () => {
      const now = await uplinkOf(publisher)
      const change = Math.abs(now.bitsPerSecond - before.bitsPerSecond) / now.bitsPerSecond
      const steady = change < 0.05 && now.streams === before.streams
      before = now
      return steady && now
    },
    { what: () => `a steady uplink, not ${JSON.stringify(before)}`, deadlineMs: 60_000 },
  )
}

test.each(BROWSERS)('a publisher in %s sends many viewers no more than two', async (browser) => {
  const { many: crowd, tolerance } = ROOMS[browser]
  const { url } = await startNode({ page: 'built' })
  const room = randomUUID()
  const publisher = await CallPage.join(browser, url, { room, name: 'Publisher', before: watchConnections })
  const peerId = (await publisher.peerId()) as PeerId
  const viewers: HeadlessPeer[] = []
  const view = async (count: number) => {
    while (viewers.length < count) {
      const viewer = await HeadlessPeer.join({ url, roomId: room, name: `Viewer ${viewers.length}` })
      onTestFinished(() => viewer.leave())
      viewer.client.setViewport([{ peerId, source: 'cam', width: 640, height: 360 }])
      viewers.push(viewer)
    }
    await until(() => viewers.every((viewer) => viewer.track('Publisher', 'cam')?.getSettings().height === 360), {
      what: 'everyone to see the same layer',
      deadlineMs: 40_000,
    })
  }
  await view(FEW)
  const few = await settledUplink(publisher)
  await view(crowd)
  const many = await settledUplink(publisher)
  const ratio = many.bitsPerSecond / few.bitsPerSecond
  console.log(`${browser}: uplink at ${crowd} viewers: ${ratio.toFixed(2)} of that at ${FEW}; ${many.streams} streams`)
  // A voice, and the two layers of the camera that are as large as the tile or smaller.
  expect([few.streams, many.streams]).toEqual([3, 3])
  expect(Math.abs(ratio - 1)).toBeLessThan(tolerance)
})
