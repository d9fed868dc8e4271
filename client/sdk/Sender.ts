import type { types } from 'mediasoup-client'
import { SfuError } from '../../shared/errors.ts'
import type { ProducerId, TransportId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { Input, Output, RequestName } from '../../shared/requests.ts'
import { untilAborted } from './concurrency.ts'
import { sendOptions } from './encodings.ts'
import { messageOf, toClientError } from './failures.ts'
import type { LocalTrack, LocalTracks } from './LocalTracks.ts'
import type { SignalingClient } from './SignalingClient.ts'
import { isSource } from './sources.ts'
import type { Log } from './types.ts'
import { toWireRtpParameters } from './wireMedia.ts'

type Options = {
  readonly transport: types.Transport
  readonly codecs: types.RtpCodecCapability[]
  readonly signaling: SignalingClient
  readonly tracks: LocalTracks
  /** Aborted with the session. */
  readonly signal: AbortSignal
  readonly log: Log
  /** What is published is different. */
  readonly onChanged: () => void
  /** Nobody knows any more what the server has. */
  readonly onOutOfStep: (detail: string) => void
}

/** What the server has of a source. */
type Sent = {
  readonly producer: types.Producer
  paused: boolean
  /** The highest layer that is sent, -1 for none; undefined: all of them, as at the beginning. */
  layer?: number
}

/**
 * Brings what the server has in line with the local tracks, each source by itself and one step after the other. Lives
 * as long as its send transport.
 */
export class Sender {
  readonly #options: Options
  readonly #sent = new Map<Source, Sent>()
  readonly #running = new Map<Source, Promise<void>>()
  /** Whether a producer that is being made was announced as muted. */
  readonly #announcedPaused = new Map<Source, boolean>()
  /** The highest layer that somebody wants, -1 for none; may be known before its producer is. */
  readonly #demands = new Map<string, number>()

  constructor(options: Options) {
    this.#options = options
    options.transport.on('produce', ({ rtpParameters, appData }, callback, errback) => {
      this.#announce(appData.source, rtpParameters).then((id) => callback({ id }), errback)
    })
  }

  get producers(): { source: Source; producer: types.Producer }[] {
    return [...this.#sent].map(([source, { producer }]) => ({ source, producer }))
  }

  /** Nobody wants more of a video than this: what is above it costs uplink for nothing. */
  setDemand(producerId: ProducerId, spatialLayer: number): void {
    this.#demands.set(producerId, spatialLayer)
    const sent = this.producers.find(({ producer }) => producer.id === producerId)
    // What goes wrong ends the session or is told to whoever publishes; there is nobody else to tell.
    if (sent)
      this.sync(sent.source).catch((error: unknown) => this.#options.log('not adapted', { error: messageOf(error) }))
  }

  /**
   * Resolves when the server has what the local tracks say of this source.
   * @throws SfuError what the server or the browser refused; the signal's reason if the session ended meanwhile
   */
  sync(source: Source): Promise<void> {
    const running = this.#running.get(source)
    // One at a time: whatever is wanted meanwhile is seen by the loop before it ends.
    if (running !== undefined) return running
    const run = this.#run(source).finally(() => this.#running.delete(source))
    this.#running.set(source, run)
    return run
  }

  async #run(source: Source): Promise<void> {
    const { signal, onChanged } = this.#options
    while (!signal.aborted) {
      const step = this.#nextStep(source)
      if (step === undefined) return
      await step
      if (!signal.aborted) onChanged()
    }
    throw signal.reason
  }

  #nextStep(source: Source): Promise<void> | undefined {
    const wanted = this.#options.tracks.get(source)
    const sent = this.#sent.get(source)
    if (wanted === undefined) return sent && this.#stop(source, sent)
    if (sent === undefined) {
      // Turned off by stopping it, such as a camera whose light is to go out: it waits for the next track.
      if (wanted.track.readyState !== 'ended') return this.#produce(wanted)
      wanted.producerId = undefined
      return undefined
    }
    wanted.producerId = sent.producer.id as ProducerId
    if (sent.producer.track !== wanted.track) return this.#replace(wanted, sent)
    if (sent.paused !== wanted.paused) return this.#setPaused(sent, wanted.paused)
    const layer = this.#demands.get(sent.producer.id)
    if (layer !== undefined && layer !== sent.layer) return this.#setLayer(sent, layer)
    return undefined
  }

  async #produce({ source, track }: LocalTrack): Promise<void> {
    const { transport, codecs, tracks, signal } = this.#options
    // A text stays readable and a film stays fluid: without a hint a browser takes every screen for a film.
    if (source === 'screen' && track.contentHint === '') track.contentHint = 'detail'
    try {
      const producing = transport.produce({
        track,
        ...sendOptions(source, sizeOf(track), codecs),
        // Tracks belong to the page, and they are muted by LocalTracks, whether or not there is a producer.
        stopTracks: false,
        disableTrackOnPause: false,
        appData: { source },
      })
      const producer = await untilAborted(producing, signal)
      this.#sent.set(source, { producer, paused: this.#announcedPaused.get(source) ?? false })
      const wanted = tracks.get(source)
      if (wanted !== undefined) wanted.producerId = producer.id as ProducerId
    } catch (error) {
      if (signal.aborted) throw signal.reason
      // Unpublished while it was on its way: that is what was wanted in the end.
      if (tracks.get(source) !== undefined) throw toClientError(error, 'unsupportedMedia')
    }
  }

  /** The server's part in a new producer; mediasoup-client asks for it between its own two. */
  async #announce(source: unknown, rtpParameters: types.RtpParameters): Promise<string> {
    const { transport, tracks } = this.#options
    const wanted = isSource(source) ? tracks.get(source) : undefined
    if (wanted === undefined) throw new SfuError('conflict', 'unpublished meanwhile')
    const { paused } = wanted
    const { producerId } = await this.#request('produce', {
      transportId: transport.id as TransportId,
      source: wanted.source,
      rtpParameters: toWireRtpParameters(rtpParameters),
      paused,
      ...frameOf(wanted.track),
    })
    this.#announcedPaused.set(wanted.source, paused)
    return producerId
  }

  /** A request that changes something, once: if it is not answered in time it must not be sent again. */
  async #request<N extends RequestName>(name: N, input: Input<N>): Promise<Output<N>> {
    const { signaling, onOutOfStep } = this.#options
    try {
      return await signaling.request(name, input)
    } catch (error) {
      if (error instanceof SfuError && error.code === 'timeout') onOutOfStep(`no answer to ${name}`)
      throw error
    }
  }

  async #replace({ track }: LocalTrack, { producer }: Sent): Promise<void> {
    const { signal } = this.#options
    try {
      await untilAborted(producer.replaceTrack({ track }), signal)
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw toClientError(error, 'unsupportedMedia')
    }
  }

  async #setPaused(sent: Sent, paused: boolean): Promise<void> {
    const producerId = sent.producer.id as ProducerId
    await this.#request(paused ? 'pauseProducer' : 'resumeProducer', { producerId })
    sent.paused = paused
  }

  async #setLayer(sent: Sent, layer: number): Promise<void> {
    const { signal, log } = this.#options
    sent.layer = layer
    try {
      await untilAborted(sent.producer.setMaxSpatialLayer(layer), signal)
    } catch (error) {
      if (signal.aborted) throw signal.reason
      // Then more is sent than anybody wants: worse for the uplink, and for nothing else.
      log('layers not changed', { layer, error: messageOf(error) })
    }
  }

  async #stop(source: Source, { producer }: Sent): Promise<void> {
    const { log } = this.#options
    this.#sent.delete(source)
    this.#demands.delete(producer.id)
    producer.close()
    await this.#request('closeProducer', { producerId: producer.id as ProducerId }).catch((error: unknown) => {
      // Here it is gone in any case; if the server lost it before, all the better.
      log('closing a producer failed', { source, error: messageOf(error) })
    })
  }
}

/** A track made outside of a browser may know no settings. */
function sizeOf(track: MediaStreamTrack): { width?: number | undefined; height?: number | undefined } {
  const settings = typeof track.getSettings === 'function' ? track.getSettings() : {}
  return { width: settings.width, height: settings.height }
}

/** Tells the server how large the picture is, from which it knows the size of each layer. */
function frameOf(track: MediaStreamTrack): Pick<Input<'produce'>, 'frame'> {
  const { width = 0, height = 0 } = track.kind === 'video' ? sizeOf(track) : {}
  return width >= 1 && height >= 1 ? { frame: { width: Math.round(width), height: Math.round(height) } } : {}
}
