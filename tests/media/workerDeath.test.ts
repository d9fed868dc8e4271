import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { workerBin as defaultWorkerBin } from 'mediasoup'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { WorkerPool, type WorkerPoolOptions } from '../../server/media/WorkerPool.ts'
import { HeadlessPeer } from '../support/headless/index.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const WORKER_BIN = process.env.MEDIASOUP_WORKER_BIN ?? ''
const KILLS = Number(process.env.KILLS ?? 5)
const ROOMS = 3
/** Media is back by then, milliseconds. */
const MOST_MS = 3000

async function startPool(options: Pick<WorkerPoolOptions, 'count' | 'workerBin' | 'stableAfterMs'>) {
  const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' })
  const fixed = { mediaPort: 0, announcedAddresses: ['127.0.0.1'], consumersPerWorker: 500, log }
  const pool = await WorkerPool.create({ ...fixed, ...options })
  onTestFinished(() => pool.close())
  const { url } = await startNode({ media: pool })
  return { pool, url }
}

/** Two people in a room of their own, who hear each other. */
async function conversation(url: string) {
  const roomId = randomUUID()
  const enter = (name: string) => HeadlessPeer.join({ url, roomId, name, mic: 'talking' })
  const [anna, ben] = await Promise.all([enter('Anna'), enter('Ben')])
  const leave = async () => {
    await Promise.all([anna.leave(), ben.leave()])
  }
  onTestFinished(() => leave())
  const tracks = () => [anna.track('Ben', 'mic'), ben.track('Anna', 'mic')]
  const hear = () => Promise.all([anna.hear('Ben', 'mic'), ben.hear('Anna', 'mic')])
  await hear()
  return { leave, tracks, hear, worker: async () => (await anna.client.getStats()).worker }
}

test(`a worker that is killed, ${KILLS} times: its rooms have media again in ${MOST_MS / 1000} s, the others lose no packet`, async () => {
  // Each time the first death: how it goes when they come in a row is for the next test.
  const { pool, url } = await startPool({ count: 2, workerBin: WORKER_BIN, stableAfterMs: 100 })
  let rooms = await Promise.all(Array.from({ length: ROOMS }, () => conversation(url)))
  const backAfter: number[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const placed = await Promise.all(rooms.map(async (room) => ({ room, worker: await room.worker() })))
    const workers = pool.workers
    expect(workers.map(({ rooms }) => rooms).filter((count) => count > 0)).toHaveLength(2)
    const victim = workers[kill % 2]
    const [touched, others] = [true, false].map((isTouched) =>
      placed.filter(({ worker }) => (worker === victim?.id) === isTouched).map(({ room }) => room),
    ) as [typeof rooms, typeof rooms]
    const before = new Map(rooms.map((room) => [room, room.tracks()]))
    const start = performance.now()
    process.kill(victim?.pid as number, 'SIGKILL')
    const times = touched.flatMap((room) =>
      [0, 1].map(async (at) => {
        const old = before.get(room)?.[at]
        const isBack = () => {
          const track = room.tracks()[at]
          return track !== undefined && track !== old && track.packetsReceived > 0
        }
        await until(isBack, { what: `media after kill ${kill + 1}`, deadlineMs: MOST_MS, everyMs: 5 })
        return performance.now() - start
      }),
    )
    backAfter.push(...(await Promise.all(times)))
    await Promise.all(others.map(({ hear }) => hear()))
    for (const room of others) {
      expect(room.tracks().map((track, at) => track === before.get(room)?.[at])).toEqual([true, true])
      expect(room.tracks().map((track) => track?.receivedFraction)).toEqual([1, 1])
    }
    // New ones in place of those that were hit: they spread over both workers again.
    await until(() => pool.workers.length === 2, { what: 'a new worker' })
    await Promise.all(touched.map(({ leave }) => leave()))
    rooms = others
    for (const _ of touched) rooms.push(await conversation(url))
  }
  backAfter.sort((a, b) => a - b)
  const at = (part: number) => Math.round(backAfter[Math.ceil(backAfter.length * part) - 1] ?? 0)
  console.log(`media again after: median ${at(0.5)} ms, p95 ${at(0.95)} ms, worst ${at(1)} ms, ${KILLS} kills`)
})

test('workers that keep dying: the server stays up, says that it is not ready, and recovers', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tertulia-worker-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const [script, broken] = [join(dir, 'worker'), join(dir, 'broken')]
  const real = WORKER_BIN || defaultWorkerBin
  writeFileSync(script, `#!/bin/sh\nif [ -e '${broken}' ]; then (sleep 0.2; kill -9 $$) & fi\nexec '${real}' "$@"\n`)
  chmodSync(script, 0o755)
  const { pool, url } = await startPool({ count: 1, workerBin: script, stableAfterMs: 2000 })
  const status = async (path: string) => (await fetch(`${url}${path}`)).status
  expect(await status('/readyz')).toBe(200)

  writeFileSync(broken, '')
  const pids = new Set(pool.workers.map(({ pid }) => pid))
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  // One is there again, but it is not relied on.
  await until(() => pool.workers.length === 1 && !pool.ready, { what: 'the loop to be seen', everyMs: 5 })
  expect([await status('/readyz'), await status('/healthz')]).toEqual([503, 200])

  rmSync(broken)
  await until(async () => (await status('/readyz')) === 200, { what: 'the server to recover', deadlineMs: 30_000 })
  await SignalingPeer.join(url, { room: 'r' })
  expect([...pids]).not.toContain(pool.workers[0]?.pid)
})
