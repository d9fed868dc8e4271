import { effect, type Signal, signal } from '@preact/signals'
import type { Tile } from '../../../shared/requests.ts'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'

/** Tells the SDK what of the call can be seen: only that is received. */
export class OnScreen {
  /** What the page shows, in device pixels; undefined until it has been measured. */
  readonly stage: Signal<readonly Tile[] | undefined> = signal(undefined)
  /** What a small window over other programs shows. */
  readonly small: Signal<readonly Tile[]> = signal([])
  readonly #visible: Signal<boolean> = signal(isVisible())

  constructor(client: ConferenceClient) {
    document.addEventListener('visibilitychange', () => {
      this.#visible.value = isVisible()
    })
    effect(() => {
      const stage = this.stage.value
      if (stage) client.setViewport(this.#visible.value ? [...stage, ...this.small.value] : this.small.value)
    })
  }
}

const isVisible = (): boolean => document.visibilityState !== 'hidden'
