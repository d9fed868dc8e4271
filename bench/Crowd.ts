import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { HeadlessPeer } from '../tests/support/headless/index.ts'
import { audioTrack, TraceTrack } from '../tests/support/headless/TraceTrack.ts'
import { TestRedis } from '../tests/support/redis.ts'
import { place } from '../tests/support/SignalingPeer.ts'
import { freePort, type ServerProcess, startServer } from '../tests/support/serverProcess.ts'
import { Trace } from '../tests/support/traces/Trace.ts'
import { until } from '../tests/support/until.ts'
import { busiest, cpuOf, residentBytes } from './processes.ts'

/** So many join at once: each is an own handshake. */
const BATCH = 10
const CALM_MS = 1500
/** A thread that uses more of its core, or a crowd that loses more, measures itself. */
const MOST_OF_A_CORE = 0.8
const MOST_LOST = 0.01

const WITHOUT_LIMITS = {
  CONNECTIONS: '100000',
  CONNECTIONS_PER_ADDRESS: '20000',
  ROOMS_PER_ADDRESS: '1000',
  WORKER_CONSUMERS: '100000',
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** What one window has shown. */
export type Sample = {
  packetsPerSecond: number
  /** Shares of a core: of all workers, and of the server's Node. */
  workers: number
  node: number
  /** Of the busiest worker, and of the busiest thread of those who send and receive. */
  workerLoad: number
  generatorLoad: number
  lost: number
  /** Share of the window in which workers had work and no core. */
  waited: number
}

/** Why a sample says nothing of the server; undefined: it does. */
export function spoiledBy({ workerLoad, generatorLoad, lost, waited }: Sample): string | undefined {
  if (generatorLoad > MOST_OF_A_CORE) return 'generator saturated'
  if (workerLoad > MOST_OF_A_CORE) return 'worker saturated'
  if (lost > MOST_LOST) return `${(lost * 100).toFixed(1)} % lost`
  return waited > MOST_OF_A_CORE / 4 ? 'machine busy' : undefined
}

/** The recorded voice, with its packets so many a second: what one packet costs does not depend on when it comes. */
export function voiceAt(packetsPerSecond: number): TraceTrack {
  const { header, packets, durationMs } = audioTrack('talking').trace
  const stretch = (packets.length / durationMs) * (1000 / packetsPerSecond)
  const stretched = packets.map((packet, at) => ({
    ...packet,
    // Evenly, also where the recording paused.
    atMs: (at * 1000) / packetsPerSecond,
    timestamp: Math.round(((at * 1000) / packetsPerSecond / 1000) * header.clockRate),
  }))
  const durationTicks = Math.round(header.durationTicks * stretch)
  return new TraceTrack(new Trace({ ...header, durationTicks }, stretched))
}

/**
 * People at a server that is a process of its own. They are the product's SDK on recorded media (real ICE, DTLS and SRTP),
 * receive only sound, and report nothing of their bandwidth: so what is measured is forwarding.
 */
export class Crowd {
  readonly #nodes: readonly ServerProcess[]
  readonly people: HeadlessPeer[] = []
  readonly #speakers: HeadlessPeer[] = []
  /** How many voices each of them hears. */
  readonly #voices = new Map<HeadlessPeer, number>()
  /** Before anybody came. */
  readonly #empty: { worker: number; node: number }

  static async open(settings: Record<string, string> = {}): Promise<Crowd> {
    return new Crowd([await startServer({ ...WITHOUT_LIMITS, ...settings })])
  }

  /** Nodes of one machine on a Redis of their own; those who come go to each in turn. */
  static async openNodes(count: number, settings: Record<string, string> = {}): Promise<Crowd> {
    const redis = await TestRedis.start()
    const start = async (id: string) => {
      const PORT = String(await freePort())
      const node = { NODE_ID: id, REGION: id, NODE_URL: `http://127.0.0.1:${PORT}`, NODE_ADDRESS: '127.0.0.1' }
      const among = { REDIS_URL: redis.url, PRIVATE_PORT: '0', ...node }
      return await startServer({ ...WITHOUT_LIMITS, ...among, PORT, ...settings })
    }
    const nodes: ServerProcess[] = []
    for (let at = 0; at < count; at++) nodes.push(await start(`node-${at}`))
    const known = async () => (await place(nodes[0]?.url ?? '', 'known', 'Nobody')).fallbackUrls ?? []
    await until(async () => (await known()).length === count - 1, { what: 'the nodes to know each other' })
    return new Crowd(nodes)
  }

  private constructor(nodes: readonly ServerProcess[]) {
    this.#nodes = nodes
    this.#empty = this.#resident()
  }

  /** @param voice packets that each of the speakers sends a second */
  async fill(roomId: string, people: { listeners: number; speakers: number; voice: number }): Promise<void> {
    const { listeners, speakers, voice } = people
    for (let from = 0; from < listeners + speakers; from += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, listeners + speakers - from) }, async (_, at) => {
        const name = `Person ${from + at}`
        const node = (from + at) % this.#nodes.length
        const where = { url: this.#nodes[node]?.url ?? '', region: `node-${node}` }
        const peer = await HeadlessPeer.join({ ...where, roomId, name, unlimited: true })
        onTestFinished(() => peer.leave())
        return peer
      })
      const come = await Promise.all(batch)
      this.people.push(...come)
      const speaking = come.slice(0, Math.max(0, speakers - from))
      for (const peer of come) this.#voices.set(peer, speakers - (speaking.includes(peer) ? 1 : 0))
      for (const peer of speaking) await peer.client.publish('mic', voiceAt(voice))
      this.#speakers.push(...speaking)
    }
  }

  /** Everyone who speaks is heard by all, or nobody is; also what this costs for a moment is over then. */
  async speak(on: boolean): Promise<void> {
    await Promise.all(this.#speakers.map(({ client }) => client.setPaused('mic', !on)))
    if (on)
      await until(() => this.people.every((peer) => this.#hears(peer)), {
        what: () => `everyone to be heard: ${this.people.map(({ received }) => received.length)}`,
        deadlineMs: 60_000,
        everyMs: 100,
      })
    await delay(CALM_MS)
  }

  #hears(peer: HeadlessPeer): boolean {
    const heard = peer.received.filter(({ track }) => track.packetsReceived > 2)
    return heard.length === this.#voices.get(peer)
  }

  async sample(ms: number): Promise<Sample> {
    const workers = this.#nodes.flatMap((node) => node.workers())
    const read = () => ({
      at: performance.now(),
      workers: workers.map(cpuOf),
      nodes: this.#nodes.map(({ pid }) => cpuOf(pid).total),
      generator: cpuOf('self'),
      counts: this.#counts(),
    })
    const before = read()
    await delay(ms)
    const after = read()
    const seconds = (after.at - before.at) / 1000
    const grown = (key: 'received' | 'expected') =>
      after.counts.reduce((total, count, at) => total + count[key] - (before.counts[at]?.[key] ?? 0), 0)
    const packets = grown('received')
    const used = after.workers.map((cpu, at) => cpu.total - (before.workers[at]?.total ?? 0))
    const waited = after.workers.map((cpu, at) => cpu.waited - (before.workers[at]?.waited ?? 0))
    return {
      packetsPerSecond: packets / seconds,
      workers: sum(used) / seconds,
      node: (sum(after.nodes) - sum(before.nodes)) / seconds,
      workerLoad: Math.max(...used) / seconds,
      generatorLoad: busiest(before.generator, after.generator) / seconds,
      lost: 1 - packets / Math.max(packets, grown('expected')),
      waited: Math.max(...waited) / seconds,
    }
  }

  /** Memory by the participant, bytes. */
  memory(): { worker: number; node: number } {
    const now = this.#resident()
    const count = this.people.length
    return { worker: (now.worker - this.#empty.worker) / count, node: (now.node - this.#empty.node) / count }
  }

  #resident(): { worker: number; node: number } {
    const worker = sum(this.#nodes.flatMap((node) => node.workers()).map(residentBytes))
    return { worker, node: sum(this.#nodes.map(({ pid }) => residentBytes(pid))) }
  }

  #counts(): { received: number; expected: number }[] {
    return this.people.flatMap(({ received }) =>
      received.map(({ track }) => ({ received: track.packetsReceived, expected: track.expected })),
    )
  }
}
