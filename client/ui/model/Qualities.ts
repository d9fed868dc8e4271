import { computed, effect, type Signal, signal } from '@preact/signals'
import type { PeerId } from '../../../shared/ids.ts'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'
import type { Quality } from '../../sdk/rateQuality.ts'
import type { Call } from './Call.ts'

/** How well everyone in the call is connected, measured while there is one. */
export class Qualities {
  readonly #all: Signal<ReadonlyMap<PeerId, Quality>> = signal(new Map())

  constructor(client: ConferenceClient, call: Call) {
    const inCall = computed(() => call.phase.value === 'call')
    effect(() => (inCall.value ? this.#watch(client) : undefined))
  }

  /** Undefined until it has been measured. */
  of(peerId: PeerId): Quality | undefined {
    return this.#all.value.get(peerId)
  }

  #watch(client: ConferenceClient): () => void {
    const ended = new AbortController()
    // The first pictures come first, and without marks a call is a call.
    import('../../sdk/watchQuality.ts').then(
      ({ watchQuality }) => {
        if (ended.signal.aborted) return
        const stop = watchQuality(client, (qualities) => {
          this.#all.value = qualities
        })
        ended.signal.addEventListener('abort', stop, { once: true })
      },
      () => undefined,
    )
    return () => {
      ended.abort()
      this.#all.value = new Map()
    }
  }
}
