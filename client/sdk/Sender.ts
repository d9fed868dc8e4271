import type { types } from 'mediasoup-client'
import { SfuError } from '../../shared/errors.ts'
import type { ProducerId, TransportId } from '../../shared/ids.ts'
import type { Source, VideoCodec } from '../../shared/media.ts'
import { pause, runInBackground, untilAborted } from './concurrency.ts'
import {
  encodableCodec,
  hasSpatialLayers,
  layerCountOf,
  SCREEN_LIMITS,
  type ScreenHint,
  sendOptions,
  svcEncoding,
  type VideoWish,
} from './encodings.ts'
import { messageOf, toClientError } from './failures.ts'
import type { Line } from './Line.ts'
import type { LocalTrack, LocalTracks } from './LocalTracks.ts'
import { isSource, KIND_OF } from './sources.ts'
import { supportsSvc } from './svcSupport.ts'
import { type Capture, frameOf, hintOf, sizeOf } from './trackSettings.ts'
import type { Log } from './types.ts'
import { toWireRtpParameters } from './wireMedia.ts'

type Options = {
  readonly transport: types.Transport
  readonly codecs: types.RtpCodecCapability[]
  readonly line: Pick<Line, 'once' | 'deliver' | 'resumed'>
  readonly tracks: LocalTracks
  /** Whether its producers are those that people see; if not, the local tracks have those of another. */
  readonly leads?: () => boolean
  /** Aborted with the session. */
  readonly signal: AbortSignal
  readonly log: Log
  /** What is published is different. */
  readonly onChanged: () => void
}

/**
 * A producer that another has taken the place of goes on for this long, milliseconds: until every viewer has the first
 * picture of the other.
 */
const OVERLAP_MS = 4000

/** What the server has of a source. */
type Sent = {
  readonly producer: types.Producer
  /** Of a video. */
  readonly codec?: VideoCodec
  /** Where one stream has several spatial layers: the size that decided how many. */
  readonly svc?: Capture
  /** Its number of layers is decided by the size of the picture that it began with. */
  readonly layerCount: number
  /** The picture of another track takes another number of layers. */
  misfit?: boolean
  paused: boolean
  /** The highest layer that is sent, -1 for none; undefined: all of them, as at the beginning. */
  layer?: number
  hint?: ScreenHint
  /** Of this codec was tried and refused. */
  refused?: VideoCodec
}

/** The server takes more requests by then, milliseconds. */
const CLOSE_AGAIN_MS = 1000

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
  /** All that the server was asked for and has answered. */
  readonly #known = new Set<ProducerId>()
  /** The highest layer that somebody wants, -1 for none; may be known before its producer is. */
  readonly #demands = new Map<string, number>()
  /** Ends the overlap with a producer that was replaced. */
  readonly #retiring = new Map<Source, () => void>()
  #roomCodec: VideoCodec = 'vp8'

  constructor(options: Options) {
    this.#options = options
    options.transport.on('produce', ({ rtpParameters, appData }, callback, errback) => {
      this.#announce(appData, rtpParameters).then((id) => callback({ id }), errback)
    })
  }

  get producers(): { source: Source; producer: types.Producer }[] {
    return [...this.#sent].map(([source, { producer }]) => ({ source, producer }))
  }

  /** Nobody wants more of a video than this: what is above it costs uplink for nothing. */
  setDemand(producerId: ProducerId, spatialLayer: number): void {
    this.#demands.set(producerId, spatialLayer)
    const sent = this.producers.find(({ producer }) => producer.id === producerId)
    if (sent) this.#adapt(sent.source)
  }

  /** What the room's video is to be sent in, by who can encode it. What is sent in another changes over without a gap. */
  setVideoCodec(codec: VideoCodec): void {
    this.#roomCodec = codec
    for (const { source } of this.producers) this.#adapt(source)
  }

  /** From now on they are those that people see. */
  tellProducers(): void {
    for (const { source, producer } of this.producers) {
      const wanted = this.#options.tracks.get(source)
      if (wanted !== undefined) this.#tell(wanted, producer)
    }
  }

  #tell(local: LocalTrack, producer: types.Producer | undefined): void {
    const { leads = () => true } = this.#options
    if (leads()) local.producerId = producer?.id as ProducerId | undefined
  }

  #adapt(source: Source): void {
    // What goes wrong ends the session or is told to whoever publishes; there is nobody else to tell.
    this.sync(source).catch((error: unknown) => this.#options.log('not adapted', { error: messageOf(error) }))
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
      this.#tell(wanted, undefined)
      return undefined
    }
    this.#tell(wanted, sent.producer)
    if (sent.producer.track !== wanted.track) return this.#replace(wanted, sent)
    if (sent.paused !== wanted.paused) return this.#setPaused(wanted, sent)
    const layer = this.#demands.get(sent.producer.id)
    if (layer !== undefined && layer !== sent.layer) return this.#setLayer(sent, layer)
    if (source === 'screen' && sent.hint !== hintOf(wanted.track)) return this.#setHint(sent, hintOf(wanted.track))
    const codec = this.#codec
    const otherCodec = sent.codec !== undefined && sent.codec !== codec && sent.refused !== codec
    if ((otherCodec || sent.misfit) && wanted.track.readyState !== 'ended') return this.#supersede(wanted, sent, codec)
    return undefined
  }

  get #codec(): VideoCodec {
    return encodableCodec(this.#options.codecs, this.#roomCodec)
  }

  #wishFor(track: MediaStreamTrack): VideoWish {
    return { codec: this.#codec, svc: supportsSvc(), hint: hintOf(track) }
  }

  async #produce({ source, track }: LocalTrack, replaces?: types.Producer): Promise<void> {
    const { transport, codecs, tracks, signal } = this.#options
    const capture = sizeOf(track)
    const wish = this.#wishFor(track)
    const options = sendOptions(source, capture, codecs, wish)
    try {
      const producing = transport.produce({
        track,
        ...options,
        // Tracks belong to the page, and they are muted by LocalTracks, whether or not there is a producer.
        stopTracks: false,
        disableTrackOnPause: false,
        appData: { source, replaces: replaces?.id },
      })
      const producer = await untilAborted(producing, signal)
      const paused = this.#announcedPaused.get(source) ?? false
      this.#sent.set(source, {
        producer,
        paused,
        hint: wish.hint,
        layerCount: layerCountOf(options.encodings),
        ...(KIND_OF[source] === 'video' && { codec: wish.codec }),
        ...(hasSpatialLayers(options.encodings) && { svc: capture }),
      })
      const wanted = tracks.get(source)
      if (wanted !== undefined) this.#tell(wanted, producer)
    } catch (error) {
      if (signal.aborted) throw signal.reason
      // Unpublished while it was on its way: that is what was wanted in the end.
      if (tracks.get(source) !== undefined) throw toClientError(error, 'unsupportedMedia')
    }
  }

  /** The server's part in a new producer; mediasoup-client asks for it between its own two. */
  async #announce({ source, replaces }: types.AppData, rtpParameters: types.RtpParameters): Promise<string> {
    const { transport, tracks, line } = this.#options
    for (;;) {
      const wanted = isSource(source) ? tracks.get(source) : undefined
      if (wanted === undefined) throw new SfuError('conflict', 'unpublished meanwhile')
      const { paused } = wanted
      const answer = await line.once('produce', {
        transportId: transport.id as TransportId,
        source: wanted.source,
        rtpParameters: toWireRtpParameters(rtpParameters),
        paused,
        ...frameOf(wanted.track),
        ...(typeof replaces === 'string' && { replaces: replaces as ProducerId }),
      })
      const made = answer ? { producerId: answer.producerId, paused } : this.#madeMeanwhile(wanted.source)
      if (made === undefined) continue
      this.#known.add(made.producerId)
      this.#announcedPaused.set(wanted.source, made.paused)
      return made.producerId
    }
  }

  /** What the server has made of a request whose answer was lost. */
  #madeMeanwhile(source: Source): { producerId: ProducerId; paused: boolean } | undefined {
    const producers = this.#options.line.resumed?.producers ?? []
    return producers.find((producer) => producer.source === source && !this.#known.has(producer.producerId))
  }

  /** Another producer takes the place of this one, which goes on for a while: viewers change over without a gap. */
  async #supersede(wanted: LocalTrack, sent: Sent, codec: VideoCodec): Promise<void> {
    const { source } = wanted
    const { signal, log } = this.#options
    try {
      this.#retiring.get(source)?.()
      await this.#produce(wanted, sent.producer)
      runInBackground(this.#retire(source, sent), 'closing what was replaced', log)
    } catch (error) {
      if (signal.aborted) throw error
      // Then it stays as it is: some may not see it, but nobody sees less than before.
      sent.refused = codec
      sent.misfit = false
      log('producer not replaced', { source, codec, error: messageOf(error) })
    }
  }

  async #retire(source: Source, sent: Sent): Promise<void> {
    const { signal } = this.#options
    const { done, wake } = pause(OVERLAP_MS, signal)
    this.#retiring.set(source, wake)
    await done
    if (this.#retiring.get(source) === wake) this.#retiring.delete(source)
    if (!signal.aborted) await this.#close(source, sent)
  }

  async #replace({ source, track }: LocalTrack, sent: Sent): Promise<void> {
    const { signal, codecs } = this.#options
    // What is not to be seen any more is not to be seen there either.
    this.#retiring.get(source)?.()
    try {
      await untilAborted(sent.producer.replaceTrack({ track }), signal)
      const { encodings } = sendOptions(source, sizeOf(track), codecs, this.#wishFor(track))
      sent.misfit = layerCountOf(encodings) !== sent.layerCount
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw toClientError(error, 'unsupportedMedia')
    }
  }

  async #setPaused({ source, paused }: LocalTrack, sent: Sent): Promise<void> {
    if (paused) this.#retiring.get(source)?.()
    const producerId = sent.producer.id as ProducerId
    const told = await this.#options.line.once(paused ? 'pauseProducer' : 'resumeProducer', { producerId })
    // If not, what is wanted by then is told: nobody is unmuted by a reconnect.
    if (told) sent.paused = paused
  }

  async #setLayer(sent: Sent, layer: number): Promise<void> {
    const { signal, log } = this.#options
    sent.layer = layer
    try {
      await untilAborted(sendUpTo(sent, layer), signal)
    } catch (error) {
      if (signal.aborted) throw signal.reason
      // Then more is sent than anybody wants: worse for the uplink, and for nothing else.
      log('layers not changed', { layer, error: messageOf(error) })
    }
  }

  async #setHint(sent: Sent, hint: ScreenHint): Promise<void> {
    const { signal, log } = this.#options
    sent.hint = hint
    try {
      await untilAborted(sent.producer.setRtpEncodingParameters(SCREEN_LIMITS[hint]), signal)
    } catch (error) {
      if (signal.aborted) throw signal.reason
      log('limits of the screen not changed', { hint, error: messageOf(error) })
    }
  }

  async #stop(source: Source, sent: Sent): Promise<void> {
    this.#retiring.get(source)?.()
    this.#sent.delete(source)
    await this.#close(source, sent)
  }

  async #close(source: Source, { producer }: Sent): Promise<void> {
    const { log, signal, line } = this.#options
    const producerId = producer.id as ProducerId
    this.#demands.delete(producerId)
    producer.close()
    for (;;) {
      const failure = await line.deliver('closeProducer', { producerId }).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (failure === undefined) return
      log('closing a producer failed', { source, error: messageOf(failure) })
      // Here it is gone in any case; if the server lost it before, all the better. What it only put off must be said
      // again: the others would go on seeing a picture that stands still.
      if (!(failure instanceof SfuError) || failure.code !== 'tooMany') return
      await pause(CLOSE_AGAIN_MS, signal).done
      if (signal.aborted) return
    }
  }
}

/** Several encodings are turned on and off; the layers of a single one are its mode. */
async function sendUpTo({ producer, svc }: Sent, layer: number): Promise<void> {
  if (svc && layer >= 0) await producer.setRtpEncodingParameters({ active: true, ...svcEncoding(svc, layer) })
  else await producer.setMaxSpatialLayer(layer)
}
