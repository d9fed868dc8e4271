import { randomUUID } from 'node:crypto'
import { observer, type types } from 'mediasoup'
import { expect, onTestFinished, test } from 'vitest'
import { REQUESTS, type RequestName } from '../../shared/requests.ts'
import { createPool } from '../support/createPool.ts'
import corpus from '../support/fuzz/corpus.json' with { type: 'json' }
import { FuzzClient } from '../support/fuzz/FuzzClient.ts'
import { type Case, casesFor, Fuzzer, STATES, type Tally } from '../support/fuzz/Fuzzer.ts'
import { openFuzzRoom } from '../support/fuzz/fuzzRoom.ts'
import { RAW_TEXTS, sendBrokenFrame } from '../support/fuzz/rawFrames.ts'
import { HeadlessPeer } from '../support/headless/index.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const MESSAGES = Number(process.env.FUZZ_MESSAGES ?? 100_000)
/** Of each request in each state. */
const LEAST = Math.min(500, Math.floor(MESSAGES / 200))
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1_000_000_000))
const PROBE_EVERY = 1000
const ROOMS = 8

const UNLIMITED = {
  MESSAGE_RATE: '1000000',
  CONNECTIONS_PER_ADDRESS: '1000000',
  ROOMS_PER_ADDRESS: '100000',
  DUPLICATE_IDENTITY: 'allow',
}

/** A server on two real workers, two people who talk in a room of their own, and a way to ask whether all is well. */
async function startBattlefield(settings: Record<string, string>) {
  const workers: types.Worker[] = []
  const handleNewWorker = (worker: types.Worker) => void workers.push(worker)
  observer.on('newworker', handleNewWorker)
  onTestFinished(() => void observer.off('newworker', handleNewWorker))
  const rejections: unknown[] = []
  const handleRejection = (reason: unknown) => void rejections.push(reason)
  process.on('unhandledRejection', handleRejection)
  onTestFinished(() => void process.off('unhandledRejection', handleRejection))

  const pool = await createPool(2)
  const { url } = await startNode({ media: pool, settings })
  const pids = pool.workers.map(({ pid }) => pid)
  const roomId = randomUUID()
  const join = async (name: string) => {
    const peer = await HeadlessPeer.join({ url, roomId, name, mic: 'talking' })
    onTestFinished(() => peer.leave())
    return peer
  }
  const [anna, ben] = [await join('Anna'), await join('Ben')]
  const tracks = [await anna.hear('Ben', 'mic'), await ben.hear('Anna', 'mic')]

  return {
    url,
    received: () => tracks.map(({ packetsReceived }) => packetsReceived),
    probe: async () => {
      const counts = tracks.map(({ packetsReceived }) => packetsReceived)
      await Promise.all(workers.map((worker) => worker.getResourceUsage()))
      expect(workers).toHaveLength(2)
      expect(pool.workers.map(({ pid }) => pid)).toEqual(pids)
      expect([anna.track('Ben', 'mic'), ben.track('Anna', 'mic')]).toEqual(tracks)
      await until(() => tracks.every(({ packetsReceived }, at) => packetsReceived > (counts[at] ?? 0)), {
        what: 'packets in the room that nobody attacks',
      })
      expect(rejections).toEqual([])
      expect((await fetch(`${url}/readyz`)).status).toBe(200)
    },
  }
}

const openRooms = (url: string) => Promise.all(Array.from({ length: ROOMS }, () => openFuzzRoom(url)))

async function playAll(field: Awaited<ReturnType<typeof startBattlefield>>, fuzzer: Fuzzer, cases: readonly Case[]) {
  for (let at = 0; at < cases.length; at += PROBE_EVERY) {
    await fuzzer.run(cases.slice(at, at + PROBE_EVERY))
    await field.probe()
    expect(fuzzer.failures.slice(0, 3), `seed ${SEED}`).toEqual([])
  }
}

const sum = (tallies: Iterable<Tally>, key: keyof Tally) => [...tallies].reduce((total, tally) => total + tally[key], 0)

function print(fuzzer: Fuzzer): void {
  const columns = ['sent', 'fitting', 'accepted', 'invalid', 'forbidden', 'refused', 'closed'] as const
  const rows = [...fuzzer.tallies].map(([name, tally]) =>
    [name.padEnd(18), ...columns.map((column) => String(tally[column]).padStart(10))].join(''),
  )
  console.log([['request'.padEnd(18), ...columns.map((column) => column.padStart(10))].join(''), ...rows].join('\n'))
}

test(`${MESSAGES} malformed messages leave the workers, the process and the other rooms as they are`, async () => {
  console.log(`seed ${SEED}; FUZZ_SEED=${SEED} plays the same messages again`)
  const field = await startBattlefield(UNLIMITED)
  const fuzzer = new Fuzzer({ url: field.url, rooms: await openRooms(field.url) })
  const start = performance.now()
  const killers = corpus.messages.map(({ state, request, payload }) => ({ state, request, payload: [payload] }) as Case)
  const known = corpus.seeds.flatMap((seed) => casesFor({ seed, count: 1000, least: 5 }))
  await playAll(field, fuzzer, [...killers, ...known])
  await playAll(field, fuzzer, casesFor({ seed: SEED, count: MESSAGES, least: LEAST }))

  print(fuzzer)
  const tallies = fuzzer.tallies
  const [sent, fitting] = [sum(tallies.values(), 'sent'), sum(tallies.values(), 'fitting')]
  console.log(
    `${sent} messages in ${Math.round((performance.now() - start) / 1000)} s, ${Math.round((100 * fitting) / sent)} % fit; slowest answer ${Math.round(fuzzer.slowestMs)} ms; packets of the other room ${field.received().join(' and ')}`,
  )
  expect(sent).toBeGreaterThanOrEqual(MESSAGES)
  expect(fitting / sent).toBeGreaterThanOrEqual(0.3)
  for (const [name, tally] of tallies) {
    for (const key of ['invalid', 'closed'] as const) expect(tally[key], `${name}: ${key}`).toBeGreaterThan(0)
    // Not all that is handled is done: there may be nobody to admit.
    expect(tally.accepted + tally.refused, `${name}: handled`).toBeGreaterThan(0)
    if (isForbiddenSomewhere(name)) expect(tally.forbidden, `${name}: forbidden`).toBeGreaterThan(0)
  }
}, 600_000)

const isForbiddenSomewhere = (name: RequestName) => REQUESTS[name].states.length < STATES.length

test('packets and frames below a message end at most the connection that sent them', async () => {
  const field = await startBattlefield(UNLIMITED)
  const { host: token } = await openFuzzRoom(field.url)
  for (const text of RAW_TEXTS) {
    const client = await FuzzClient.open(field.url, token)
    client.sendRaw(text)
    client.sendRaw('42["leave",{}]')
    client.close()
  }
  for (let at = 0; at < 300; at++) {
    const client = await FuzzClient.open(field.url, token)
    client.sendRaw(crypto.getRandomValues(new Uint8Array(1 + at)))
    await until(() => client.closed, { what: 'the socket to close' })
  }
  await Promise.all(Array.from({ length: 300 }, (_, at) => sendBrokenFrame(field.url, at)))
  await field.probe()
})

test('with the limits as they are, whoever sends nonsense is shut out, and nobody else notices', async () => {
  const field = await startBattlefield({ DUPLICATE_IDENTITY: 'allow' })
  const cases = casesFor({ seed: SEED, count: 3000, least: 20 })
  let shutOut = 0
  const fuzzer = new Fuzzer({ url: field.url, rooms: await openRooms(field.url) })
  await fuzzer.run(cases).catch((error: unknown) => {
    // The address is slowed as well: then no further client is let in.
    expect(String(error)).toMatch(/let no client in/)
    shutOut++
  })
  expect(sum(fuzzer.tallies.values(), 'closed') + shutOut).toBeGreaterThan(0)
  expect(fuzzer.failures).toEqual([])
  await field.probe()
})
