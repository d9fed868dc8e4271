/**
 * People come and go for long, some without a word, and media workers are killed meanwhile: afterwards the server holds
 * what it held before. Here a thousand times, with `npm run soak` for minutes.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FuzzClient } from '../support/fuzz/FuzzClient.ts'
import { HeadlessPeer } from '../support/headless/index.ts'
import { fullCapabilities } from '../support/rtp.ts'
import { place } from '../support/SignalingPeer.ts'
import { type ServerProcess, startServer } from '../support/serverProcess.ts'
import { until } from '../support/until.ts'

const SECONDS = Number(process.env.SOAK_SECONDS ?? 0)
const CYCLES = 1000
/** What is made once and kept: compiled code, caches. */
const WARM_UP_CYCLES = 100
const SAMPLE_EVERY = 100
const LANES = 8
/** A worker that has lived for so long is replaced at once. */
const KILL_EVERY_MS = 25_000

const COUNTS = [
  'routers',
  'transports',
  'producers',
  'consumers',
  'workers',
  'listeners',
  'sockets',
  'timers',
  'fds',
] as const
type State = Record<(typeof COUNTS)[number] | 'heapMb' | 'rssMb' | 'workersRssMb', number>

async function stateOf(server: ServerProcess): Promise<State> {
  const from = server.output.length
  process.kill(server.pid, 'SIGUSR2')
  const line = await until(() => /state (\{.*\})\n/.exec(server.output.slice(from))?.[1], { what: 'its state' })
  return {
    ...(JSON.parse(line) as State),
    fds: readdirSync(`/proc/${server.pid}/fd`).length,
    rssMb: rssMbOf(server.pid),
    workersRssMb: server.workers().reduce((sum, pid) => sum + rssMbOf(pid), 0),
  }
}

function rssMbOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** One visit; every tenth ends without a word. Fails when a worker is killed in its middle. */
async function visit(url: string, at: number): Promise<void> {
  // Where somebody is already, or in a room of their own.
  const roomId = at % 2 ? 'lively' : `lonely-${at}`
  if (at % 10 === 9) {
    const client = await FuzzClient.open(url, (await place(url, roomId, 'Gone')).token)
    await client.send(client.encode('join', [{ rtpCapabilities: fullCapabilities() }]))
    return client.close()
  }
  const peer = await HeadlessPeer.join({ url, roomId, name: `Person ${at}`, mic: 'talking', cam: at % 8 < 2 })
  await peer.leave()
}

async function cycles(url: string, goesOn: (done: number) => boolean, onDone: (done: number) => Promise<void>) {
  let begun = 0
  let done = 0
  const failures: unknown[] = []
  const lane = async () => {
    while (goesOn(begun)) {
      await visit(url, begun++).catch((error: unknown) => failures.push(error))
      await onDone(++done)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return { done, failures }
}

/** By least squares, for a thousand cycles. */
function slope(samples: readonly { cycles: number; value: number }[]): number {
  const mean = (pick: (sample: { cycles: number; value: number }) => number) =>
    samples.reduce((sum, sample) => sum + pick(sample), 0) / samples.length
  const [x, y] = [mean(({ cycles }) => cycles), mean(({ value }) => value)]
  const covariance = mean(({ cycles, value }) => (cycles - x) * (value - y))
  return (1000 * covariance) / (mean(({ cycles }) => (cycles - x) ** 2) || 1)
}

test(
  'a server holds afterwards what it held before',
  async () => {
    // A room is closed as soon as nobody has been in it for a second.
    const settings = { WORKERS: '2', ROOM_GRACE: '1', CONNECTIONS_PER_ADDRESS: '100000', LOG_LEVEL: 'silent' }
    const nodeOptions = ['--expose-gc', '--import', './tests/support/reportState.ts']
    const server = await startServer(settings, nodeOptions)
    const { url } = server
    const resident = await HeadlessPeer.join({ url, roomId: 'lively', name: 'Resident', mic: 'talking' })
    const isQuiet = ({ routers, transports, workers, sockets }: State) =>
      routers === 1 && transports === 2 && workers === 2 && sockets === 1
    /** When all who have gone are gone. */
    const settled = () =>
      until(
        async () => {
          const state = await stateOf(server)
          return isQuiet(state) && state
        },
        { what: 'everyone to be gone', deadlineMs: 60_000, everyMs: 200 },
      )
    await cycles(
      url,
      (begun) => begun < WARM_UP_CYCLES,
      async () => {},
    )
    const base = await settled()

    const begun = performance.now()
    const isOver = (count: number) => (SECONDS ? performance.now() - begun > SECONDS * 1000 : count >= CYCLES)
    const samples: (State & { cycles: number })[] = []
    const ended = new AbortController()
    let kills = 0
    const killing = (async () => {
      while (!ended.signal.aborted) {
        const [victim] = server.workers()
        if (victim !== undefined) process.kill(victim, 'SIGKILL')
        kills++
        await delay(KILL_EVERY_MS, undefined, { signal: ended.signal }).catch(() => {})
      }
    })()
    const { done, failures } = await cycles(
      url,
      (count) => !isOver(count),
      async (count) => {
        if (count % SAMPLE_EVERY === 0) samples.push({ ...(await stateOf(server)), cycles: count })
      },
    )
    ended.abort()
    await killing
    await until(() => resident.state.connection === 'connected', { what: 'the resident to be back' })
    const isAsBefore = (state: State) => COUNTS.every((name) => state[name] === base[name])
    let after = base
    const isBack = async () => {
      after = await settled()
      return isAsBefore(after)
    }
    // What differs then is told below.
    await until(isBack, { deadlineMs: 30_000, everyMs: 500 }).catch(() => {})

    const seconds = (performance.now() - begun) / 1000
    for (const failure of new Set(failures.map(String))) console.log(failure)
    console.log(`${done} visits in ${seconds.toFixed(0)} s, ${failures.length} failed, ${kills} workers killed`)
    for (const name of ['heapMb', 'rssMb', 'workersRssMb'] as const) {
      const grows = slope(samples.map(({ cycles, [name]: value }) => ({ cycles, value })))
      console.log(`${name}: ${base[name].toFixed(1)} → ${after[name].toFixed(1)}, ${grows.toFixed(2)} in 1,000 visits`)
    }
    const counts = (state: State) => Object.fromEntries(COUNTS.map((name) => [name, state[name]]))
    expect(counts(after)).toEqual(counts(base))
    expect(after.heapMb).toBeLessThan(base.heapMb * 1.2)
    expect(failures.length).toBeLessThanOrEqual(LANES * kills)
    await resident.leave()
  },
  (SECONDS + 170) * 1000,
)
