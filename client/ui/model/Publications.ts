import type { Source } from '../../../shared/media.ts'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'

/**
 * Hands the page's tracks to the SDK while a call lasts, one change after the other, and knows which it has handed in.
 * Before `begin` and after `end` nothing is published: the pre-join shows tracks that nobody else gets.
 */
export class Publications {
  readonly #client: ConferenceClient
  readonly #published = new Set<Source>()
  #live = false
  #lastChange: Promise<void> = Promise.resolve()

  constructor(client: ConferenceClient) {
    this.#client = client
  }

  begin(): void {
    this.#live = true
  }

  /** Takes everything back: the SDK would keep the tracks for another attempt, but the page stops them. */
  end(): void {
    this.#live = false
    for (const source of this.#published) this.#client.unpublish(source).catch(warn)
    this.#published.clear()
  }

  /** Publishes the track, or puts it in the place of the one before. */
  put(
    source: Source,
    track: MediaStreamTrack,
    { paused, onRefused }: { paused: boolean; onRefused?: (error: unknown) => void },
  ): void {
    this.#enqueue(async () => {
      this.#published.add(source)
      await this.#client.publish(source, track, { paused }).catch((error: unknown) => {
        this.#published.delete(source)
        onRefused?.(error)
        throw error
      })
    })
  }

  setPaused(source: Source, paused: boolean): void {
    this.#enqueue(async () => {
      if (this.#published.has(source)) await this.#client.setPaused(source, paused)
    })
  }

  remove(source: Source): void {
    this.#enqueue(async () => {
      if (this.#published.delete(source)) await this.#client.unpublish(source)
    })
  }

  /** A failed change must not hold up the next one; whether the call goes on is for the connection's state to say. */
  #enqueue(change: () => Promise<void>): void {
    if (!this.#live) return
    this.#lastChange = this.#lastChange.then(() => (this.#live ? change() : undefined)).catch(warn)
  }
}

const warn = (error: unknown) => console.warn('tertulia: a track could not be published', error)
