import type { NodeId, PeerId, ProducerId } from '../../shared/ids.ts'
import { maxWantedLayer, nextSendState, type SendState } from '../core/layers.ts'

type Video = { viewers: Map<PeerId | NodeId, number>; state: SendState; timer: NodeJS.Timeout | undefined }

type Options = {
  now: () => number
  /** Tells the publisher the highest layer worth sending, or -1. */
  tell: (producerId: ProducerId, spatialLayer: number) => void
}

/** Collects which layer each viewer wants of each video, and tells the publishers what is worth sending. Owned by Room. */
export class Demands {
  readonly #options: Options
  readonly #videos = new Map<ProducerId, Video>()
  /** What each viewer wanted last, so that only what is different is gone through. */
  readonly #wanted = new Map<PeerId, ReadonlyMap<ProducerId, number>>()

  constructor(options: Options) {
    this.#options = options
  }

  /** A video is published: all of its layers are sent until it is known who wants what. */
  add(producerId: ProducerId, layerCount: number): void {
    this.#add(producerId, layerCount - 1)
  }

  /** A video is published on another node: nothing of it comes here until somebody wants it. */
  addRemote(producerId: ProducerId): void {
    if (!this.#videos.has(producerId)) this.#add(producerId, -1)
  }

  #add(producerId: ProducerId, told: number): void {
    const state = { told, lessSince: undefined }
    this.#videos.set(producerId, { viewers: new Map(), state, timer: undefined })
    this.#decide(producerId)
  }

  remove(producerId: ProducerId): void {
    clearTimeout(this.#videos.get(producerId)?.timer)
    this.#videos.delete(producerId)
  }

  /** Tells once more what was told last. */
  repeat(producerId: ProducerId): void {
    const video = this.#videos.get(producerId)
    if (video) this.#options.tell(producerId, video.state.told)
  }

  /** What one viewer wants now; whatever is not in it, the viewer wants no more. */
  setViewer(viewerId: PeerId, wanted: ReadonlyMap<ProducerId, number>): void {
    const before = this.#wanted.get(viewerId)
    if (wanted.size > 0) this.#wanted.set(viewerId, wanted)
    else this.#wanted.delete(viewerId)
    for (const producerId of before?.keys() ?? []) if (!wanted.has(producerId)) this.#want(producerId, viewerId)
    for (const [producerId, layer] of wanted)
      if (before?.get(producerId) !== layer) this.#want(producerId, viewerId, layer)
  }

  /** What the viewers of another node want, as that node says. */
  setNode(node: NodeId, producerId: ProducerId, layer: number | undefined): void {
    this.#want(producerId, node, layer)
  }

  close(): void {
    for (const producerId of [...this.#videos.keys()]) this.remove(producerId)
  }

  /** @param layer undefined: none */
  #want(producerId: ProducerId, viewerId: PeerId | NodeId, layer?: number): void {
    const viewers = this.#videos.get(producerId)?.viewers
    if (layer === undefined) viewers?.delete(viewerId)
    else viewers?.set(viewerId, layer)
    this.#decide(producerId)
  }

  #decide(producerId: ProducerId): void {
    const video = this.#videos.get(producerId)
    if (!video) return
    clearTimeout(video.timer)
    const wanted = maxWantedLayer(video.viewers.values())
    const { state, askAgainMs } = nextSendState(video.state, wanted, this.#options.now())
    const changed = state.told !== video.state.told
    video.state = state
    video.timer = askAgainMs === undefined ? undefined : setTimeout(() => this.#decide(producerId), askAgainMs)
    if (changed) this.#options.tell(producerId, state.told)
  }
}
