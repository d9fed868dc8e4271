import { SfuError } from '../../shared/errors.ts'
import type { ProducerId, TransportId } from '../../shared/ids.ts'
import { kindOf, type RtpParameters, type Size, type Source } from '../../shared/media.ts'
import { layerSizes } from '../core/layers.ts'
import { mayPublish } from '../core/permissions.ts'
import type { Peer } from './Peer.ts'
import type { ScreenShares } from './ScreenShares.ts'
import type { Subscriptions } from './Subscriptions.ts'

type Options = {
  subscriptions: Subscriptions
  screens: ScreenShares
  /** Whether it is in the room here, and not about to come or to go. */
  isHere: (peer: Peer) => boolean
  /** What a peer publishes is different. */
  onChanged: (peer: Peer) => void
}

type ProduceOptions = {
  transportId: TransportId
  source: Source
  rtpParameters: RtpParameters
  paused: boolean
  frame: Size | undefined
  replaces: ProducerId | undefined
}

/** What the members of a room publish, and whether they may. Owned by Room. */
export class Publications {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /**
   * @throws SfuError `notAllowed` where the source, one more track or a muted source's sound is not allowed; `gone` for
   * who has moved to another node
   */
  async produce(peer: Peer, options: ProduceOptions): Promise<ProducerId> {
    if (!this.#options.isHere(peer)) throw new SfuError('gone')
    checkMayPublish(peer, options)
    const { source } = options
    const claimed = this.#claimScreen(peer, source)
    // What a third one takes the place of has been watched long enough.
    if (options.replaces !== undefined && options.replaces === peer.published.get(source)?.producerId)
      this.#closeSuperseded(peer, source)
    try {
      const producerId = await peer.media.produce(options)
      await this.#publish(peer, producerId, options)
      return producerId
    } catch (error) {
      if (claimed && !peer.closed) this.#options.screens.release(peer.id)
      throw error
    }
  }

  /** @throws SfuError `notFound`, `notAllowed` where others have muted it */
  async setProducerPaused(peer: Peer, producerId: ProducerId, paused: boolean): Promise<void> {
    const isForced = () => {
      const source = peer.publishedById(producerId)?.source
      return !paused && source !== undefined && peer.forcedMute.has(source)
    }
    if (isForced()) throw new SfuError('notAllowed', 'others have muted this')
    await peer.media.setProducerPaused(producerId, paused)
    // Muted by others while it was on its way.
    if (isForced()) return await peer.media.setProducerPaused(producerId, true)
    const published = peer.publishedById(producerId)
    if (peer.closed || !published || published.paused === paused) return
    peer.published.set(published.source, { ...published, paused })
    if (paused) this.#closeSuperseded(peer, published.source)
    this.#handleChanged(peer)
  }

  closeProducer(peer: Peer, producerId: ProducerId): void {
    peer.media.closeProducer(producerId)
    const published = peer.publishedById(producerId)
    // What it replaced is in nobody's list, and would go on unseen.
    if (published) this.#closeSuperseded(peer, published.source)
    if (peer.published.get('screen')?.producerId === producerId) this.#options.screens.release(peer.id)
    peer.forgetProducer(producerId)
    this.#options.subscriptions.videoRemoved(producerId)
    this.#handleChanged(peer)
  }

  /** All of a peer's producers are closed. */
  handleLeft(peer: Peer): void {
    for (const { producerId } of peer.producers) this.#options.subscriptions.videoRemoved(producerId)
    this.#options.screens.release(peer.id)
  }

  /** A producer is made; once more it is looked at whether it may be, since much may have been decided meanwhile. */
  async #publish(peer: Peer, producerId: ProducerId, { source, rtpParameters, frame, paused }: ProduceOptions) {
    const isForced = !paused && peer.forcedMute.has(source)
    try {
      if (isForced && !peer.closed) await peer.media.setProducerPaused(producerId, true)
      if (peer.closed) throw new SfuError('roomClosed')
      if (!this.#options.isHere(peer)) throw new SfuError('gone')
      checkMayPublish(peer, { source, paused: true })
      this.#claimScreen(peer, source)
    } catch (error) {
      if (!peer.closed) peer.media.closeProducer(producerId)
      throw error
    }
    const before = peer.published.get(source)
    if (before) peer.superseded.set(source, before.producerId)
    if (kindOf(source) === 'video') {
      const layers = layerSizes(rtpParameters.encodings, frame)
      peer.layers.set(producerId, layers)
      this.#options.subscriptions.videoAdded(producerId, layers.length)
    }
    peer.published.set(source, { producerId, source, paused: paused || isForced })
    // Who is shown as muted is not heard by what went before, either.
    if (paused || isForced) this.#closeSuperseded(peer, source)
    this.#handleChanged(peer)
  }

  /** @returns whether it is new. @throws SfuError `screenTaken` */
  #claimScreen(peer: Peer, source: Source): boolean {
    return source === 'screen' && this.#options.screens.claim(peer.id)
  }

  #closeSuperseded(peer: Peer, source: Source): void {
    const producerId = peer.superseded.get(source)
    if (producerId !== undefined) this.closeProducer(peer, producerId)
  }

  #handleChanged(peer: Peer): void {
    this.#options.onChanged(peer)
    this.#options.subscriptions.reconcileAll()
  }
}

function checkMayPublish(peer: Peer, wanted: { source: Source; paused: boolean }): void {
  const others = [...peer.published.keys()].filter((source) => source !== wanted.source)
  const now = { published: others.length, forcedMute: peer.forcedMute }
  if (!mayPublish(peer.rights, wanted, now))
    throw new SfuError('notAllowed', `${wanted.source} may not be published now`)
}
