import { expect, test } from 'vitest'
import { Crowd, type Sample, spoiledBy } from './Crowd.ts'
import { load } from './processes.ts'
import { machine, table } from './report.ts'

/**
 * What a forwarded packet costs as there are more viewers, rooms and workers. Compared is at the same rate of forwarded
 * packets, so that only the number differs; one of both at a time, in turns, since the machine may have other work.
 */
const ROUNDS = 5
const WINDOW_MS = 6000
/** Forwarded packets a second: some hundredths of a core for the worker, so that nothing waits for anything. */
const RATE = 5000
/** 500 who hear one whole voice. */
const FULL_RATE = 25_000
const MOST_DEARER = 1.15
const PATIENCE_MS = 600_000

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const range = (values: readonly number[], digits: number) =>
  `${Math.min(...values).toFixed(digits)} – ${Math.max(...values).toFixed(digits)}`
const percent = (share: number) => (share * 100).toFixed(1)

const HEAD = [
  '',
  'packets/s',
  'worker, µs a packet',
  'forwarding alone',
  'Node, µs a packet',
  'worker, %',
  'worker in silence, %',
  'generator, %',
  'judged',
]

/** A window of speech, and one of silence, in which the same people only keep their connections. */
type Pair = { speech: Sample; silence: Sample }

const workerUs = ({ speech }: Pair) => (speech.workers / speech.packetsPerSecond) * 1e6
/** Without what each viewer costs in any case: reports and signs of life, which are few beside a real voice's 50 packets. */
const forwardingUs = ({ speech, silence }: Pair) => ((speech.workers - silence.workers) / speech.packetsPerSecond) * 1e6
const nodeUs = ({ speech }: Pair) => (speech.node / speech.packetsPerSecond) * 1e6
const spoiled = ({ speech, silence }: Pair) => spoiledBy(speech) ?? spoiledBy({ ...silence, lost: 0 })

function row(name: string, pairs: readonly Pair[]): string[] {
  const by = (read: (pair: Pair) => number) => median(pairs.map(read))
  const why = pairs.map(spoiled).filter((reason) => reason !== undefined)
  return [
    name,
    by(({ speech }) => speech.packetsPerSecond).toFixed(0),
    by(workerUs).toFixed(1),
    by(forwardingUs).toFixed(1),
    by(nodeUs).toFixed(1),
    percent(by(({ speech }) => speech.workerLoad)),
    percent(by(({ silence }) => silence.workerLoad)),
    percent(by(({ speech }) => speech.generatorLoad)),
    why.length === 0 ? 'yes' : `not judged: ${why[0]} in ${why.length} of ${pairs.length}`,
  ]
}

async function take(crowd: Crowd): Promise<Pair> {
  const silence = await crowd.sample(WINDOW_MS)
  await crowd.speak(true)
  const speech = await crowd.sample(WINDOW_MS)
  await crowd.speak(false)
  return { speech, silence }
}

/** Both in turns; the second goes first every other time. */
async function inTurns(first: Crowd, second: Crowd): Promise<{ first: Pair[]; second: Pair[] }> {
  const taken = { first: [] as Pair[], second: [] as Pair[] }
  await Promise.all([first.speak(false), second.speak(false)])
  for (let round = 0; round < ROUNDS; round++) {
    const turns = [['first', first] as const, ['second', second] as const]
    for (const [name, crowd] of round % 2 === 0 ? turns : turns.reverse()) taken[name].push(await take(crowd))
  }
  return taken
}

/** Of the second to the first in each round; a round that says nothing of the server has none. */
const ratiosOf = (taken: { first: Pair[]; second: Pair[] }, read: (pair: Pair) => number): number[] =>
  taken.second.flatMap((pair, at) => {
    const before = taken.first[at]
    return before && !spoiled(before) && !spoiled(pair) ? [read(pair) / read(before)] : []
  })

const isJudged = (ratios: readonly number[]) => ratios.length > ROUNDS / 2

const verdict = (what: string, ratios: readonly number[]) =>
  isJudged(ratios)
    ? `${what}: ${median(ratios).toFixed(2)} × (${range(ratios, 2)}, ${ratios.length} rounds)`
    : `${what}: not judged, only ${ratios.length} of ${ROUNDS} rounds were undisturbed`

const print = (...lines: string[]) => console.log(['', `${machine()}; ${load()}`, ...lines].join('\n'))
const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(0)} kB`

test.for([RATE, FULL_RATE])(
  'viewers: one who speaks, 50 or 500 who listen, %i packets a second',
  { timeout: PATIENCE_MS },
  async (rate) => {
    const [few, many] = [await Crowd.open(), await Crowd.open()]
    await few.fill('few', { listeners: 50, speakers: 1, voice: rate / 50 })
    await many.fill('many', { listeners: 500, speakers: 1, voice: rate / 500 })
    for (const crowd of [few, many]) await crowd.speak(true)
    const taken = await inTurns(few, many)
    const ratios = ratiosOf(taken, forwardingUs)
    const { worker, node } = many.memory()
    print(
      table(HEAD, [row('50 viewers', taken.first), row('500 viewers', taken.second)]),
      verdict(`forwarding a packet to 500 viewers against 50 (goal at ${RATE}: at most ${MOST_DEARER})`, ratios),
      verdict('with all that so many viewers cost beside', ratiosOf(taken, workerUs)),
      `memory by the participant, of 501: ${kilobytes(worker)} in the worker, ${kilobytes(node)} in Node with its garbage`,
    )
    // At ten times the packets for each, what the worker knows of 50 stays in the CPU's cache, and that of 500 cannot.
    if (rate === RATE && isJudged(ratios)) expect(median(ratios)).toBeLessThanOrEqual(MOST_DEARER)
  },
)

test(
  'one room of 500 who listen to one voice, or ten of 50',
  async () => {
    const [ten, one] = [await Crowd.open(), await Crowd.open()]
    for (let room = 0; room < 10; room++)
      await ten.fill(`room-${room}`, { listeners: 50, speakers: 1, voice: FULL_RATE / 500 })
    await one.fill('room', { listeners: 500, speakers: 1, voice: FULL_RATE / 500 })
    for (const crowd of [ten, one]) await crowd.speak(true)
    const taken = await inTurns(ten, one)
    const ratios = ratiosOf(taken, workerUs)
    print(
      table(HEAD, [row('10 rooms of 50', taken.first), row('1 room of 500', taken.second)]),
      verdict(`all that a packet costs in one room against ten (goal: at most ${MOST_DEARER})`, ratios),
    )
    if (isJudged(ratios)) expect(median(ratios)).toBeLessThanOrEqual(MOST_DEARER)
  },
  PATIENCE_MS,
)

test(
  'rooms: four in each, who all speak',
  async () => {
    const crowd = await Crowd.open()
    const rows: string[][] = []
    const memory: string[] = []
    let rooms = 0
    for (const count of [1, 10, 50]) {
      for (; rooms < count; rooms++) await crowd.fill(`room-${rooms}`, { listeners: 0, speakers: 4, voice: 10 })
      await crowd.speak(true)
      await crowd.speak(false)
      const pairs = [await take(crowd), await take(crowd), await take(crowd)]
      rows.push(row(`${count} ${count === 1 ? 'room' : 'rooms'} of 4`, pairs))
      await crowd.speak(true)
      memory.push(`memory by the participant in ${count}: ${kilobytes(crowd.memory().worker)} in the worker`)
    }
    print(table(HEAD, rows), ...memory)
  },
  PATIENCE_MS,
)

test(
  'workers: a room of 100 on one, and over two',
  async () => {
    const [one, two] = [await Crowd.open({ WORKERS: '1' }), await Crowd.open({ WORKERS: '2', WORKER_CONSUMERS: '50' })]
    for (const crowd of [one, two]) {
      await crowd.fill('room', { listeners: 100, speakers: 1, voice: RATE / 100 })
      await crowd.speak(true)
    }
    const taken = await inTurns(one, two)
    print(
      table(HEAD, [row('1 worker', taken.first), row('2 workers', taken.second)]),
      verdict('forwarding a packet over two workers against one', ratiosOf(taken, forwardingUs)),
    )
  },
  PATIENCE_MS,
)

test(
  'nodes: a room of 100 on one, and over two',
  async () => {
    const [one, two] = [await Crowd.openNodes(1, { WORKERS: '1' }), await Crowd.openNodes(2, { WORKERS: '1' })]
    for (const crowd of [one, two]) {
      await crowd.fill('room', { listeners: 100, speakers: 1, voice: RATE / 100 })
      await crowd.speak(true)
    }
    const taken = await inTurns(one, two)
    print(
      table(HEAD, [row('1 node', taken.first), row('2 nodes', taken.second)]),
      verdict('forwarding a packet over two nodes against one, both paid', ratiosOf(taken, forwardingUs)),
      `memory by the participant, of 101 on two nodes: ${kilobytes(two.memory().worker)} in the workers`,
    )
  },
  PATIENCE_MS,
)
