import { type Settling, settle, uplinkOf } from '../core/quality.ts'
import type { Peer } from './Peer.ts'

const SAMPLE_EVERY_MS = 2000

type Options = { peers: () => Iterable<Peer>; onUplinkChanged: (peer: Peer) => void }

/**
 * Looks every two seconds at how media arrives from each peer and in which layers it goes to each, and tells what is
 * different. A peer's uplink is told to everyone, its layers to itself. Owned by Room.
 */
export class Qualities {
  readonly #options: Options
  readonly #uplinks = new WeakMap<Peer, Settling>()
  readonly #toldLayers = new WeakMap<Peer, string>()
  readonly #timer: NodeJS.Timeout

  constructor(options: Options) {
    this.#options = options
    this.#timer = setInterval(() => this.#sample(), SAMPLE_EVERY_MS).unref()
  }

  /** Somebody may not have heard of their layers. */
  repeatLayers(peer: Peer): void {
    this.#toldLayers.delete(peer)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #sample(): void {
    for (const peer of this.#options.peers()) {
      this.#sampleUplink(peer)
      this.#sampleLayers(peer)
    }
  }

  #sampleUplink(peer: Peer): void {
    const { scores } = peer.media
    const rated = [...peer.published.values()].map(({ producerId, source, paused }) => ({
      source,
      paused,
      scores: scores.get(producerId) ?? [],
    }))
    const state = settle(this.#uplinks.get(peer) ?? { shown: 'good', measured: 'good' }, uplinkOf(rated))
    this.#uplinks.set(peer, state)
    if (state.shown === peer.uplink) return
    peer.uplink = state.shown
    this.#options.onUplinkChanged(peer)
  }

  #sampleLayers(peer: Peer): void {
    const { layers } = peer.media
    const now = JSON.stringify(layers)
    if (now === (this.#toldLayers.get(peer) ?? '[]')) return
    this.#toldLayers.set(peer, now)
    peer.session.notify('layersChanged', { layers: [...layers] })
  }
}
