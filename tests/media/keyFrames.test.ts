import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { HeadlessPeer, type HeadlessPeerOptions } from '../support/headless/index.ts'
import { startNode } from '../support/startNode.ts'

const join = async (options: HeadlessPeerOptions) => {
  const peer = await HeadlessPeer.join(options)
  onTestFinished(() => peer.leave())
  return peer
}

test('a publisher is asked for fewer than one key frame a second while 20 viewers join', async () => {
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
  }
  const waits = await Promise.all(waiting)
  const seconds = (performance.now() - start) / 1000
  const after = await requests(anna)
  const asked = after.map((count, layer) => count - (before[layer] ?? 0))
  console.info(
    `20 viewers in ${seconds.toFixed(1)} s: ${asked.join(' + ')} requests for key frames, by layer; waits ${waits.map(Math.round).join(' ')}`,
  )
  const total = asked.reduce((sum, count) => sum + count, 0)
  expect(total).toBeGreaterThan(0)
  // The first begins at once.
  expect(total - 1).toBeLessThan(seconds)
})

/** PLIs and FIRs so far, for each layer. */
async function requests(publisher: HeadlessPeer): Promise<number[]> {
  return (await publisher.client.getStats()).sent[0]?.streams.map(({ keyFrameRequests = 0 }) => keyFrameRequests) ?? []
}
