import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { LOOK_EVERY_MS, NOT_PROBING, nextProbe, type ProbeState } from '../core/probing.ts'
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
  log: Logger
}

/**
 * How much one viewer is sent: at most what it wants, at least what keeps the estimate alive, and where the estimate
 * keeps layers back, probes for more. Owned by WebRtcPeerMedia, and gone with its transport.
 */
export class Downlink {
  readonly #options: Options
  #cap: number | undefined
  #state: ProbeState = NOT_PROBING
  #timer: NodeJS.Timeout | undefined

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

  /** To be called when layers may be lacking: looks at the line until none are. */
  watch(): void {
    if (this.#options.transport.closed) return
    this.#timer ??= setTimeout(() => this.#inBackground(() => this.#look()), LOOK_EVERY_MS).unref()
  }

  async #look(): Promise<void> {
    const lacksLayers = this.#options.lacksLayers()
    try {
      if (lacksLayers || this.#state.limit !== undefined) await this.#probe(lacksLayers)
    } finally {
      this.#timer = undefined
      if (lacksLayers) this.watch()
    }
  }

  async #probe(lacksLayers: boolean): Promise<void> {
    const { transport } = this.#options
    const [stats] = await callWorker(transport.getStats(), 'read a transport')
    if (stats?.availableOutgoingBitrate === undefined) return
    const { availableOutgoingBitrate: estimate, rtpPacketLossSent: loss = 0 } = stats
    const { state, limits } = nextProbe(this.#state, { lacksLayers, estimate, loss, cap: this.#cap })
    this.#state = state
    const calls = limits.map((limit) => transport.setMaxOutgoingBitrate(limit ?? this.#cap ?? 0))
    await callWorker(Promise.all(calls), 'limit a transport')
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
