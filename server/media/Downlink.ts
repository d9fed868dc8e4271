import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { hasShrunk, type LineUse, nextCaution, type Shrunk } from '../core/caution.ts'
import { LOOK_EVERY_MS, NOT_PROBING, nextProbe, type ProbeState } from '../core/probing.ts'
import { lacksSpatialLayer } from '../core/quality.ts'
import { runInBackground } from '../lib/background.ts'
import { callWorker } from './callWorker.ts'

/**
 * The estimate does not fall below this, bit/s: the smallest layer of one picture. After a jam it would else fall so low
 * that no picture fits, and where none is sent it hardly rises again.
 */
const LEAST_OUTGOING_BITRATE = 100_000

type Options = {
  transport: types.WebRtcTransport
  /** Whether the viewer is sent less than it wants. */
  lacksLayers: () => boolean
  /** To pause and resume one that the worker keeps small without need. */
  release: (consumer: types.Consumer) => void
  log: Logger
}

/**
 * How much one viewer is sent: at most what it wants, at least what keeps the estimate alive, and where the estimate
 * keeps layers back, probes for more; where the worker keeps them back although there is room, has it think anew.
 * Owned by WebRtcPeerMedia, and gone with its transport.
 */
export class Downlink {
  readonly #options: Options
  #cap: number | undefined
  #state: ProbeState = NOT_PROBING
  #timer: NodeJS.Timeout | undefined
  readonly #shrunk = new Map<types.Consumer, Shrunk>()

  constructor(options: Options) {
    this.#options = options
    options.transport.observer.once('close', () => clearTimeout(this.#timer))
    this.#inBackground(() => this.#setLimits(undefined))
  }

  /** @param cap most that is sent, bit/s; undefined: what the network carries */
  async limit(cap: number | undefined): Promise<void> {
    this.#cap = cap
    this.#state = NOT_PROBING
    await this.#setLimits(cap)
  }

  /** @param consumer of video, from its beginning on */
  follow(consumer: types.Consumer): void {
    let before: number | undefined
    consumer.observer.on('layerschange', (layers) => {
      const now = layers?.spatialLayer
      if (hasShrunk(before, now, consumer.preferredLayers?.spatialLayer ?? 0))
        this.#shrunk.set(consumer, { sinceMs: performance.now(), ampleLooks: 0 })
      before = now
      this.watch()
    })
    consumer.observer.once('close', () => this.#shrunk.delete(consumer))
  }

  /** To be called when layers may be lacking: looks at the line until none are. */
  watch(): void {
    if (this.#options.transport.closed) return
    this.#timer ??= setTimeout(() => this.#inBackground(() => this.#look()), LOOK_EVERY_MS).unref()
  }

  async #look(): Promise<void> {
    const lacksLayers = this.#options.lacksLayers()
    try {
      if (lacksLayers || this.#state.limit !== undefined) await this.#act(lacksLayers)
    } finally {
      this.#timer = undefined
      if (lacksLayers) this.watch()
    }
  }

  async #act(lacksLayers: boolean): Promise<void> {
    const { transport } = this.#options
    const [stats] = await callWorker(transport.getStats(), 'read a transport')
    if (stats?.availableOutgoingBitrate === undefined) return
    const { availableOutgoingBitrate: estimate, rtpPacketLossSent: loss = 0 } = stats
    const { state, limits } = nextProbe(this.#state, { lacksLayers, estimate, loss, cap: this.#cap })
    this.#state = state
    const calls = limits.map((limit) => transport.setMaxOutgoingBitrate(limit ?? this.#cap ?? 0))
    await callWorker(Promise.all(calls), 'limit a transport')
    this.#releaseHeld({ atMs: performance.now(), estimate, sent: stats.rtpSendBitrate, loss })
  }

  #releaseHeld(line: LineUse): void {
    for (const [consumer, shrunk] of this.#shrunk) {
      const { state, release } = nextCaution(shrunk, line)
      const small = lacksSpatialLayer(consumer)
      if (state && small) this.#shrunk.set(consumer, state)
      else this.#shrunk.delete(consumer)
      if (release && small) this.#options.release(consumer)
    }
  }

  async #setLimits(cap: number | undefined): Promise<void> {
    const { transport } = this.#options
    const least = Math.min(LEAST_OUTGOING_BITRATE, cap ?? LEAST_OUTGOING_BITRATE)
    // 0 takes a limit away; the lower one may never be above the upper one. A worker does them in this order.
    const calls = [
      transport.setMinOutgoingBitrate(0),
      transport.setMaxOutgoingBitrate(cap ?? 0),
      transport.setMinOutgoingBitrate(least),
    ]
    await callWorker(Promise.all(calls), 'limit a transport')
  }

  #inBackground(task: () => Promise<void>): void {
    const { transport, log } = this.#options
    runInBackground(async () => {
      await task().catch((error: unknown) => {
        if (!transport.closed) throw error
      })
    }, log)
  }
}
