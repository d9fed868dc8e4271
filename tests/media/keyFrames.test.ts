import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { HeadlessPeer, type HeadlessPeerOptions } from '../support/headless/index.ts'
import { startNode } from '../support/startNode.ts'

const join = async (options: HeadlessPeerOptions) => {
  const peer = await HeadlessPeer.join(options)
  onTestFinished(() => peer.leave())
  return peer
}

/** The server's own limit, milliseconds (`keyFrameRequestDelay`). */
const SHORTEST_PAUSE_MS = 400

test('a publisher is asked for one key frame on behalf of several viewers who join one after the other', async () => {
  const { url } = await startNode()
  const roomId = randomUUID()
  const anna = await join({ url, roomId, name: 'Anna', cam: true })
  const first = await join({ url, roomId, name: 'Viewer 0' })
  await first.hear('Anna', 'cam')
  const before = await requests(anna)
  const start = performance.now()
  const waiting: Promise<number>[] = []
  for (let at = 1; at <= 20; at++) {
    const viewer = await join({ url, roomId, name: `Viewer ${at}` })
    const joined = performance.now()
    waiting.push(viewer.hear('Anna', 'cam', { packets: 1 }).then(() => performance.now() - joined))
    // Over some seconds, as people come in: a picture of somebody else tells the time.
    await first.hear('Anna', 'cam', { packets: 40 })
  }
  const seconds = (performance.now() - start) / 1000
  const after = await requests(anna)
  const waits = await Promise.all(waiting)
  const asked = after.map((count, layer) => count - (before[layer] ?? 0))
  console.info(
    `20 viewers in ${seconds.toFixed(1)} s: ${asked.join(' + ')} requests for key frames, by layer; waits ${waits.map(Math.round).join(' ')}`,
  )
  for (const count of asked) expect(count).toBeLessThanOrEqual((seconds * 1000) / SHORTEST_PAUSE_MS + 1)
  expect(Math.max(...asked)).toBeGreaterThan(0)
  expect(Math.max(...asked)).toBeLessThan(20)
})

/** PLIs and FIRs so far, for each layer. */
async function requests(publisher: HeadlessPeer): Promise<number[]> {
  return (await publisher.client.getStats()).sent[0]?.streams.map(({ keyFrameRequests = 0 }) => keyFrameRequests) ?? []
}
