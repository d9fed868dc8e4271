import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { HeadlessPeer } from './headless/index.ts'
import { until } from './until.ts'

/** So many join at once: each is an own handshake. */
const BATCH = 20

export type VoicesRoom = { roomId: string; people: HeadlessPeer[] }

/** People with open microphones, of whom the first few talk; they leave with the test. */
export async function openVoicesRoom(url: string, count: number, talking: number): Promise<VoicesRoom> {
  const roomId = randomUUID()
  const people: HeadlessPeer[] = []
  for (let from = 0; from < count; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - from) }, async (_, at) => {
      const mic = from + at < talking ? 'talking' : 'silent'
      const peer = await HeadlessPeer.join({ url, roomId, name: `Person ${from + at}`, mic })
      onTestFinished(() => peer.leave())
      return peer
    })
    people.push(...(await Promise.all(batch)))
  }
  await until(() => people.every((peer) => peer.client.peers.length === count - 1), {
    what: 'everyone to know everyone',
    deadlineMs: 30_000,
  })
  return { roomId, people }
}
