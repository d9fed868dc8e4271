import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openNode } from '../tests/support/startNode.ts'
import { until } from '../tests/support/until.ts'
import { openVoicesRoom } from '../tests/support/voicesRoom.ts'
import { Meter } from './Meter.ts'
import { machine, table } from './report.ts'

/** What many open microphones cost the media worker: with forwarded voices, and where everyone is forwarded. */
const TALKING = 3
const MEASURED_MS = 15_000

async function measure(people: number, settings: Record<string, string>): Promise<{ load: number; streams: number }> {
  const meter = new Meter()
  const { url, close } = await openNode({ settings })
  onTestFinished(close)
  const room = await openVoicesRoom(url, people, TALKING)
  const heard = () => room.people.map((peer) => peer.received.length)
  await until(() => heard().every((count) => count >= TALKING - 1), { what: 'voices', deadlineMs: 20_000 })
  const load = await meter.workerLoad(() => delay(MEASURED_MS))
  const streams = Math.max(...heard())
  await Promise.all(room.people.map((peer) => peer.leave()))
  await close()
  return { load, streams }
}

test('voices', async () => {
  const forwarded = await measure(100, {})
  const everyone = await measure(30, { AUDIO_ALL_LIMIT: '100' })
  console.log(`\n${machine()}; ${TALKING} talk, the others have open microphones in silence (DTX)`)
  const row = (name: string, { load, streams }: typeof forwarded) => [name, String(streams), (load * 100).toFixed(1)]
  console.log(
    table(
      ['room', 'voices that one receives', 'worker, % of a core'],
      [row('100 people, speakers forwarded', forwarded), row('30 people, everyone forwarded', everyone)],
    ),
  )
  expect(forwarded.streams).toBeLessThanOrEqual(9)
})
