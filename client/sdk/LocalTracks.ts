import type { ProducerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import { ALL_SOURCES } from './sources.ts'
import type { PublishedTrack } from './types.ts'

/** What this person wants to send. Changed here first; a Sender brings the server in line. */
export type LocalTrack = {
  readonly source: Source
  track: MediaStreamTrack
  paused: boolean
  /** While it is published; kept over a reconnect until the new one is known. */
  producerId: ProducerId | undefined
}

/**
 * The tracks that are to be sent and whether they are muted. It outlives sessions, so that a reconnect brings back
 * exactly what there was: a muted microphone stays muted. It never stops a track: tracks belong to the page.
 */
export class LocalTracks {
  readonly #entries = new Map<Source, LocalTrack>()
  readonly #watches = new Map<Source, () => void>()
  readonly #onEnded: (source: Source) => void

  /** @param onEnded a track ended by itself: unplugged, or the person stopped sharing in the browser's own bar */
  constructor(onEnded: (source: Source) => void) {
    this.#onEnded = onEnded
  }

  get(source: Source): LocalTrack | undefined {
    return this.#entries.get(source)
  }

  /** What there is, in the order in which it is published. */
  get sources(): Source[] {
    return ALL_SOURCES.filter((source) => this.#entries.has(source))
  }

  set(source: Source, track: MediaStreamTrack, paused: boolean): void {
    const entry = this.#entries.get(source)
    if (entry === undefined) this.#entries.set(source, { source, track, paused, producerId: undefined })
    else Object.assign(entry, { track, paused })
    track.enabled = !paused
    this.#watch(source, track)
  }

  remove(source: Source): void {
    this.#entries.delete(source)
    this.#watches.get(source)?.()
    this.#watches.delete(source)
  }

  /** The call is over: none of them is published any more. */
  forgetProducers(): void {
    for (const entry of this.#entries.values()) entry.producerId = undefined
  }

  clear(): void {
    for (const source of this.sources) this.remove(source)
  }

  /** What a page shows of oneself: all that has a producer. `known`: the last answer, kept where nothing changed. */
  published(known: Readonly<Partial<Record<Source, PublishedTrack>>>): typeof known {
    const views = [...this.#entries.values()].flatMap(({ source, producerId, paused, track }): PublishedTrack[] => {
      if (producerId === undefined) return []
      const before = known[source]
      const same = before?.producerId === producerId && before.paused === paused && before.track === track
      return [same ? before : { source, producerId, paused, track }]
    })
    const same = Object.keys(known).length === views.length && views.every((view) => known[view.source] === view)
    return same ? known : Object.fromEntries(views.map((view) => [view.source, view]))
  }

  #watch(source: Source, track: MediaStreamTrack): void {
    this.#watches.get(source)?.()
    const handleEnded = () => this.#onEnded(source)
    track.addEventListener('ended', handleEnded)
    this.#watches.set(source, () => track.removeEventListener('ended', handleEnded))
  }
}
