import { Compile } from 'typebox/compile'
import { REQUESTS, type RequestName, type RequestState } from '../../../shared/requests.ts'
import { fullCapabilities, opusParameters } from '../rtp.ts'
import { FuzzClient, type Outcome } from './FuzzClient.ts'
import { Generator } from './Generator.ts'
import { payloadFor } from './mutations.ts'

export type Case = { state: RequestState; request: RequestName; payload: readonly unknown[] }
export type Tally = Record<'sent' | 'fitting' | 'accepted' | 'invalid' | 'forbidden' | 'refused' | 'closed', number>

const REQUEST_NAMES = Object.keys(REQUESTS) as RequestName[]
const validators = new Map(REQUEST_NAMES.map((name) => [name, Compile(REQUESTS[name].input)]))

/** How a client comes into a state; a new state of the contract does not compile until it is known here. */
const ENTER: Record<RequestState, () => [RequestName, unknown][]> = {
  waiting: () => [],
  warm: () => [['warmUp', { rtpCapabilities: fullCapabilities() }]],
  joined: () => [
    ['join', { rtpCapabilities: fullCapabilities() }],
    // Something to mute and to close.
    ['produce', { transportId: '@transportId:3', source: 'mic', rtpParameters: opusParameters() }],
  ],
}
export const STATES = Object.keys(ENTER) as RequestState[]

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
  readonly #tokens: readonly string[]
  readonly #ended: () => boolean

  /** @param tokens one for each room; two clients of each state share a room */
  constructor(options: { url: string; tokens: readonly string[]; ended?: () => boolean }) {
    this.#url = options.url
    this.#tokens = options.tokens
    this.#ended = options.ended ?? (() => false)
  }

  async run(cases: readonly Case[]): Promise<void> {
    await Promise.all(
      STATES.map(async (state) => {
        const mine = cases.filter((each) => each.state === state)
        await Promise.all(this.#tokens.map((token, lane) => this.#runLane({ state, token, lane, cases: mine })))
      }),
    )
  }

  async #runLane(options: { state: RequestState; token: string; lane: number; cases: readonly Case[] }) {
    const { state, token, lane, cases } = options
    let client: FuzzClient | undefined
    let sent = 0
    for (let at = lane; at < cases.length && !this.#ended(); at += this.#tokens.length) {
      if (!client || client.closed || ++sent % MESSAGES_PER_CLIENT === 0) {
        client?.close()
        client = await this.#enter(state, token)
      }
      const each = cases[at] as Case
      const outcome = await this.#play(client, each)
      // It may be in another state now.
      const moved = typeof outcome === 'object' && outcome.ok && ['join', 'warmUp', 'leave'].includes(each.request)
      if (moved) {
        client.close()
        client = undefined
      }
    }
    client?.close()
  }

  async #enter(state: RequestState, token: string): Promise<FuzzClient> {
    const client = await FuzzClient.open(this.#url, token)
    for (const [request, payload] of ENTER[state]()) {
      const answer = await client.send(client.encode(request, [payload]))
      if (typeof answer !== 'object' || !answer.ok) throw new Error(`could not enter: ${JSON.stringify(answer)}`)
    }
    return client
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

const newTally = (): Tally => ({ sent: 0, fitting: 0, accepted: 0, invalid: 0, forbidden: 0, refused: 0, closed: 0 })

function shuffle<T>(items: T[], generator: Generator): T[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = generator.below(at + 1)
    ;[items[at], items[other]] = [items[other] as T, items[at] as T]
  }
  return items
}
