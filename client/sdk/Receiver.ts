import type { types } from 'mediasoup-client'
import type { ConsumerId, PeerId, ProducerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { Layers } from '../../shared/notifications.ts'
import type { ConsumerOptions } from '../../shared/requests.ts'
import { pause, runInBackground, untilAborted } from './concurrency.ts'
import { messageOf } from './failures.ts'
import type { Line } from './Line.ts'
import { KIND_OF, streamOf } from './sources.ts'
import { receivedStreams } from './stats.ts'
import type { Log } from './types.ts'

/** The contract's bound (`resumeConsumers`, and `applied` of `join`). */
const MAX_IDS = 500

/** How long a picture waits for its first frame before it takes the place of another, and how often it looks. */
const LONGEST_TAKEOVER_MS = 3000
const LOOK_EVERY_MS = 50

type Options = {
  readonly transport: types.Transport
  readonly line: Pick<Line, 'deliver'>
  /** Until {@link Receiver.goLive} consumers are applied, but none is resumed: nobody is in the room yet. */
  readonly warm?: boolean
  /** Aborted with the session. */
  readonly signal: AbortSignal
  readonly log: Log
  /** A producer's media has arrived, or (`undefined`) is received no more. */
  readonly onTrack: (producerId: ProducerId, track: MediaStreamTrack | undefined) => void
  /** The peer connection refused what every other accepts: nothing more will work on it. */
  readonly onBroken: (detail: string) => void
}

/** What the server has announced; `consumer` once it is negotiated. */
type Entry = { readonly options: ConsumerOptions; consumer: types.Consumer | undefined }

/** Applies the server's consumers, a batch at a time. Lives as long as its receive transport. */
export class Receiver {
  readonly #options: Options
  readonly #entries = new Map<ConsumerId, Entry>()
  #layers: readonly Layers[] = []
  /** What is shown of each source of each peer. */
  readonly #shown = new Map<string, Entry>()
  /** While it is warm: what is applied and has to be resumed at the join. */
  #waiting: ConsumerId[] | undefined

  constructor(options: Options) {
    this.#options = options
    if (options.warm) this.#waiting = []
  }

  get consumers(): { peerId: PeerId; source: Source; consumer: types.Consumer; layers: Layers | undefined }[] {
    const layersOf = new Map(this.#layers.map((layers) => [layers.consumerId, layers]))
    return [...this.#entries.values()].flatMap(({ options: { id, peerId, source }, consumer }) =>
      consumer === undefined ? [] : [{ peerId, source, consumer, layers: layersOf.get(id) }],
    )
  }

  /** In which layers the server sends what is received. */
  setLayers(layers: readonly Layers[]): void {
    this.#layers = layers
  }

  /** What is received now. */
  get tracks(): { producerId: ProducerId; track: MediaStreamTrack }[] {
    return [...this.#entries.values()].flatMap(({ options: { producerId }, consumer }) =>
      consumer === undefined ? [] : [{ producerId, track: consumer.track }],
    )
  }

  /**
   * The consumers of the entry. Those of a join the server resumes by itself when the transport is connected.
   * @throws the signal's reason if the session ended meanwhile
   */
  async addFirst(consumers: readonly ConsumerOptions[]): Promise<void> {
    const warm = this.#waiting !== undefined
    const applied = await this.#apply(consumers)
    if (warm) await this.#resume(applied)
  }

  /**
   * The join is sent in this very moment: what is applied later is resumed at once.
   * @returns what is applied already, for the join to name
   */
  goLive(): ConsumerId[] {
    const applied = (this.#waiting ?? []).filter((id) => this.#entries.has(id))
    this.#waiting = undefined
    const rest = applied.splice(MAX_IDS)
    // After the join, which is sent before the next microtask.
    if (rest.length > 0)
      runInBackground(
        Promise.resolve().then(() => this.#resume(rest)),
        'resuming consumers',
        this.#options.log,
      )
    return applied
  }

  /** Applies a batch, then tells the server to let it flow: a key frame that comes earlier is lost, and costs a second. */
  add(consumers: readonly ConsumerOptions[]): void {
    runInBackground(this.#addAndResume(consumers), 'adding consumers', this.#options.log)
  }

  remove(consumerIds: readonly ConsumerId[]): void {
    for (const consumerId of consumerIds) {
      const entry = this.#entries.get(consumerId)
      this.#entries.delete(consumerId)
      if (entry?.consumer === undefined) continue
      if (this.#shown.get(keyOf(entry)) === entry) this.#shown.delete(keyOf(entry))
      entry.consumer.close()
      this.#options.onTrack(entry.options.producerId, undefined)
    }
  }

  /** After an absence: what the server does not send any more. */
  keepOnly(consumerIds: readonly ConsumerId[]): void {
    const kept = new Set(consumerIds)
    this.remove([...this.#entries.keys()].filter((id) => !kept.has(id)))
  }

  async #addAndResume(consumers: readonly ConsumerOptions[]): Promise<void> {
    await this.#resume(await this.#apply(consumers))
  }

  async #resume(applied: readonly ConsumerId[]): Promise<void> {
    if (this.#waiting) {
      this.#waiting.push(...applied)
      return
    }
    for (let at = 0; at < applied.length; at += MAX_IDS) {
      await this.#options.line.deliver('resumeConsumers', { consumerIds: applied.slice(at, at + MAX_IDS) })
    }
  }

  /** Everything in one tick, so that it is one SDP exchange. Resolves with what is applied and still wanted. */
  async #apply(consumers: readonly ConsumerOptions[]): Promise<ConsumerId[]> {
    const { signal } = this.#options
    const entries = consumers
      .filter(({ id }) => !this.#entries.has(id))
      .map((options): Entry => ({ options, consumer: undefined }))
    for (const entry of entries) this.#entries.set(entry.options.id, entry)
    const results = await untilAborted(Promise.allSettled(entries.map(({ options }) => this.#consume(options))), signal)
    return entries.flatMap((entry, index) => {
      const result = results[index]
      if (result?.status === 'fulfilled') return this.#keep(entry, result.value) ? [entry.options.id] : []
      this.#drop(entry, result?.reason)
      return []
    })
  }

  #consume({ id, producerId, peerId, source, rtpParameters }: ConsumerOptions): Promise<types.Consumer> {
    return this.#options.transport.consume({
      id,
      producerId,
      kind: KIND_OF[source],
      rtpParameters: rtpParameters as types.RtpParameters,
      streamId: `${peerId}-${streamOf(source)}`,
    })
  }

  /** False if it was removed while it was negotiated. */
  #keep(entry: Entry, consumer: types.Consumer): boolean {
    if (this.#entries.get(entry.options.id) !== entry) {
      consumer.close()
      return false
    }
    entry.consumer = consumer
    if (!this.#shown.has(keyOf(entry))) this.#show(entry, consumer)
    else runInBackground(this.#takeOver(entry, consumer), 'changing to another producer', this.#options.log)
    return true
  }

  #show(entry: Entry, consumer: types.Consumer): void {
    this.#shown.set(keyOf(entry), entry)
    this.#options.onTrack(entry.options.producerId, consumer.track)
  }

  /**
   * Its producer takes the place of another (in another codec, say), which is still received: that one is shown until
   * there is a picture of this one.
   */
  async #takeOver(entry: Entry, consumer: types.Consumer): Promise<void> {
    const { signal } = this.#options
    const end = performance.now() + LONGEST_TAKEOVER_MS
    const isWanted = () => this.#entries.get(entry.options.id) === entry && !signal.aborted
    while (isWanted() && this.#shown.has(keyOf(entry)) && performance.now() < end) {
      const [stream] = receivedStreams(await consumer.getStats())
      if (stream?.framesDecoded) break
      await pause(LOOK_EVERY_MS, signal).done
    }
    if (isWanted()) this.#show(entry, consumer)
  }

  #drop(entry: Entry, reason: unknown): void {
    const { log, onBroken } = this.#options
    if (this.#entries.get(entry.options.id) === entry) this.#entries.delete(entry.options.id)
    log('a consumer could not be applied', { source: entry.options.source, error: messageOf(reason) })
    // A codec that is not supported concerns this one alone; after a failed SDP exchange none works any more.
    const unsupported = reason instanceof Error && reason.name === 'UnsupportedError'
    if (!unsupported) onBroken(messageOf(reason))
  }
}

const keyOf = ({ options: { peerId, source } }: Entry) => `${peerId} ${source}`
