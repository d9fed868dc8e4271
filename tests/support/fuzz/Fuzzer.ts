import { Compile } from 'typebox/compile'
import type { ErrorCode } from '../../../shared/errors.ts'
import { REQUESTS, type RequestName, type RequestState } from '../../../shared/requests.ts'
import { fullCapabilities, opusParameters } from '../rtp.ts'
import { FuzzClient, type Outcome } from './FuzzClient.ts'
import { type FuzzRoom, openFuzzRoom } from './fuzzRoom.ts'
import { Generator } from './Generator.ts'
import { payloadFor } from './mutations.ts'

export type Case = { state: RequestState; request: RequestName; payload: readonly unknown[] }
export type Tally = Record<'sent' | 'fitting' | 'accepted' | 'invalid' | 'forbidden' | 'refused' | 'closed', number>

const REQUEST_NAMES = Object.keys(REQUESTS) as RequestName[]
const validators = new Map(REQUEST_NAMES.map((name) => [name, Compile(REQUESTS[name].input)]))

type Step = { request: RequestName; payload: unknown; answer?: ErrorCode }
const join = (): Step => ({ request: 'join', payload: { rtpCapabilities: fullCapabilities() } })

/** How a client comes into a state; a new state of the contract does not compile until it is known here. */
const ENTER: Record<RequestState, { as: keyof FuzzRoom; steps: () => Step[] }> = {
  waiting: { as: 'speaker', steps: () => [] },
  warm: { as: 'host', steps: () => [{ ...join(), request: 'warmUp' }] },
  lobby: { as: 'guest', steps: () => [{ ...join(), answer: 'inLobby' }] },
  joined: {
    as: 'host',
    // Something to mute and to close.
    steps: () => [
      join(),
      {
        request: 'produce',
        payload: { transportId: '@transportId:3', source: 'mic', rtpParameters: opusParameters() },
      },
    ],
  },
}
export const STATES = Object.keys(ENTER) as RequestState[]

/** Requests after which a session is in another state, or over. */
const MOVES: ReadonlySet<RequestName> = new Set(['join', 'warmUp', 'leave', 'endCall'])

/** After so many messages a client is replaced: a session of thousands would no longer be like any other. */
const MESSAGES_PER_CLIENT = 200

/**
 * Cases for each request in each state, the same for the same seed: `least` of each, and the others where the state lets
 * them through.
 */
export function casesFor({ seed, count, least }: { seed: number; count: number; least: number }): Case[] {
  const cells = STATES.flatMap((state) => REQUEST_NAMES.map((request) => ({ state, request })))
  const open = cells.filter(({ state, request }) => (REQUESTS[request].states as readonly string[]).includes(state))
  const more = Math.max(0, Math.ceil((count - least * cells.length) / open.length))
  const generator = new Generator(seed)
  const cases = cells.flatMap(({ state, request }) => {
    const isOpen = open.some((cell) => cell.state === state && cell.request === request)
    return Array.from({ length: least + (isOpen ? more : 0) }, (): Case => {
      return { state, request, payload: payloadFor(REQUESTS[request].input, generator) }
    })
  })
  return shuffle(cases, generator)
}

/** Some clients, each in a state of its own, which send one case after the other. */
export class Fuzzer {
  readonly tallies = new Map(REQUEST_NAMES.map((name): [RequestName, Tally] => [name, newTally()]))
  /** What must not happen: an answer that never came, or a message accepted that does not fit its schema. */
  readonly failures: { case: Case; text: string; outcome: Outcome }[] = []
  slowestMs = 0
  readonly #url: string
  /** One for each lane, which one client of each state shares. */
  readonly #rooms: FuzzRoom[]

  /** For each lane the last that has joined: somebody below the hosts, to be muted, moved and removed. */
  readonly #bystanders: (FuzzClient | undefined)[] = []

  constructor(options: { url: string; rooms: FuzzRoom[] }) {
    this.#url = options.url
    this.#rooms = options.rooms
  }

  async run(cases: readonly Case[]): Promise<void> {
    const lanes = this.#rooms.map((_, lane) => lane)
    await Promise.all(
      STATES.flatMap((state) => {
        const mine = cases.filter((each) => each.state === state)
        return lanes.map(async (lane) => {
          const share = mine.filter((_, at) => at % lanes.length === lane)
          await this.#runLane({ state, lane, cases: share })
        })
      }),
    )
    for (const client of this.#bystanders.splice(0)) client?.close()
  }

  async #runLane({ state, lane, cases }: { state: RequestState; lane: number; cases: readonly Case[] }) {
    let client: FuzzClient | undefined
    for (const [at, each] of cases.entries()) {
      if (!client || client.closed || at % MESSAGES_PER_CLIENT === 0) {
        client?.close()
        client = await this.#enter(state, lane)
      }
      const outcome = await this.#play(client, each)
      // It may be in another state now.
      const moved = typeof outcome === 'object' && MOVES.has(each.request) && (outcome.ok || isInLobby(outcome))
      if (moved) {
        if (each.request === 'join') this.#keep(client, lane)
        else client.close()
        client = undefined
      }
    }
    client?.close()
  }

  #keep(client: FuzzClient, lane: number): void {
    this.#bystanders[lane]?.close()
    this.#bystanders[lane] = client
  }

  /** Comes into a state; into a new room, where somebody has banned everyone in the old one, or ended its call. */
  async #enter(state: RequestState, lane: number): Promise<FuzzClient> {
    const { as, steps } = ENTER[state]
    for (let attempt = 0; ; attempt++) {
      const room = this.#rooms[lane] as FuzzRoom
      const client = await FuzzClient.open(this.#url, room[as])
      const wrong = await firstMismatch(client, steps())
      if (wrong === undefined) return client
      client.close()
      if (attempt === 3) throw new Error(`could not enter: ${JSON.stringify(wrong)}`)
      if (this.#rooms[lane] === room) this.#rooms[lane] = await openFuzzRoom(this.#url)
    }
  }

  async #play(client: FuzzClient, each: Case): Promise<Outcome> {
    const { request, payload } = each
    const binary = (payload[0] as { '@binary'?: boolean } | null)?.['@binary'] === true
    const text = client.encode(request, binary ? [{}] : payload)
    const [, ...parsed] = JSON.parse(text) as unknown[]
    const fitting = !binary && parsed.length === 1 && text.length < 65_000 && validators.get(request)?.Check(parsed[0])
    const start = performance.now()
    const outcome = await client.send(text, { binary })
    this.slowestMs = Math.max(this.slowestMs, performance.now() - start)
    this.#count(request, outcome, fitting === true)
    if (outcome === 'unanswered' || (typeof outcome === 'object' && outcome.ok && !fitting))
      this.failures.push({ case: each, text: text.slice(0, 2000), outcome })
    if (typeof outcome === 'object' && !outcome.ok && outcome.error.code === 'internal')
      this.failures.push({ case: each, text: text.slice(0, 2000), outcome })
    return outcome
  }

  #count(request: RequestName, outcome: Outcome, fitting: boolean): void {
    const tally = this.tallies.get(request) as Tally
    tally.sent++
    if (fitting) tally.fitting++
    if (outcome === 'closed') tally.closed++
    else if (typeof outcome === 'object') {
      if (outcome.ok) tally.accepted++
      else if (outcome.error.code === 'invalidInput') tally.invalid++
      else if (outcome.error.code === 'notAllowed') tally.forbidden++
      else tally.refused++
    }
  }
}

async function firstMismatch(client: FuzzClient, steps: readonly Step[]): Promise<Outcome | undefined> {
  for (const { request, payload, answer } of steps) {
    const outcome = await client.send(client.encode(request, [payload]))
    const code = typeof outcome === 'object' && !outcome.ok ? outcome.error.code : undefined
    if (typeof outcome !== 'object' || code !== answer) return outcome
  }
  return undefined
}

const isInLobby = (outcome: Exclude<Outcome, string>) => !outcome.ok && outcome.error.code === 'inLobby'

const newTally = (): Tally => ({ sent: 0, fitting: 0, accepted: 0, invalid: 0, forbidden: 0, refused: 0, closed: 0 })

function shuffle<T>(items: T[], generator: Generator): T[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = generator.below(at + 1)
    ;[items[at], items[other]] = [items[other] as T, items[at] as T]
  }
  return items
}
