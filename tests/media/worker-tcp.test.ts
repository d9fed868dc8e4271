import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { ChromiumPage } from '../support/worker/ChromiumPage.ts'
import { TestWorker } from '../support/worker/TestWorker.ts'

let worker: TestWorker
let sender: ChromiumPage
let viewer: ChromiumPage

beforeEach(async () => {
  worker = await TestWorker.create({ protocols: ['tcp'] })
  ;[sender, viewer] = await Promise.all([ChromiumPage.open(worker), ChromiumPage.open(worker)])
})

afterEach(async () => {
  await Promise.all([sender.close(), viewer.close()])
  worker.close()
})

test('where UDP does not pass, a call goes both ways over ICE-TCP', async () => {
  const camera = await sender.produce('camera')
  const voice = await viewer.produce('voice')
  await viewer.consume([camera.id])
  await sender.consume([voice.id])

  await until(async () => (await inbound(viewer, 'video')) > 30, { deadlineMs: 30_000, what: 'decoded frames' })
  await until(async () => (await inbound(sender, 'audio')) > 50, { deadlineMs: 20_000, what: 'voice packets' })

  for (const page of [sender, viewer]) {
    for (const direction of ['send', 'recv'] as const) expect(await selectedProtocol(page, direction)).toBe('tcp')
    expect(page.server.send.iceSelectedTuple?.protocol).toBe('tcp')
    expect(page.server.recv.iceSelectedTuple?.protocol).toBe('tcp')
  }
})

/** Decoded frames or received voice packets. */
async function inbound(page: ChromiumPage, kind: 'audio' | 'video'): Promise<number> {
  const entry = (await page.stats('recv', 'inbound-rtp')).find(
    (stats) => stats.kind === kind && stats.mid !== 'probator',
  )
  return Number((kind === 'video' ? entry?.framesDecoded : entry?.packetsReceived) ?? 0)
}

async function selectedProtocol(page: ChromiumPage, direction: 'send' | 'recv'): Promise<unknown> {
  const [transport] = await page.stats(direction, 'transport')
  const pairs = await page.stats(direction, 'candidate-pair')
  const pair = pairs.find(({ id }) => id === transport?.selectedCandidatePairId)
  const candidates = await page.stats(direction, 'remote-candidate')
  return candidates.find(({ id }) => id === pair?.remoteCandidateId)?.protocol
}
