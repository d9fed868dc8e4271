import { type Signal, signal } from '@preact/signals'

/**
 * Plays the others' sound, and knows whether the browser holds it back until the person has touched the page
 * (https://developer.mozilla.org/docs/Web/Media/Guides/Autoplay).
 */
export class Playback {
  readonly blocked: Signal<boolean> = signal(false)
  readonly #elements = new Set<HTMLMediaElement>()
  /** The output that was chosen; empty: the browser's. */
  #speakerId = ''

  /** @returns what to call when the element goes */
  add(element: HTMLMediaElement): () => void {
    this.#elements.add(element)
    if (this.#speakerId) void sendTo(element, this.#speakerId)
    void this.#play(element)
    return () => {
      this.#elements.delete(element)
      if (this.#elements.size === 0) this.blocked.value = false
    }
  }

  /** Has to be called from a click. */
  async enable(): Promise<void> {
    this.blocked.value = false
    await Promise.all([...this.#elements].map((element) => this.#play(element)))
  }

  /** Lets everyone be heard elsewhere: a headset, a loudspeaker. */
  useSpeaker(id: string): void {
    if (id === this.#speakerId) return
    this.#speakerId = id
    for (const element of this.#elements) void sendTo(element, id)
  }

  async #play(element: HTMLMediaElement): Promise<void> {
    try {
      await element.play()
    } catch (error) {
      // Any other failure is an element that has gone or got another track meanwhile.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.blocked.value = true
    }
  }
}

/** Where a browser cannot, or the output has gone, it plays on its own. */
async function sendTo(element: HTMLMediaElement, speakerId: string): Promise<void> {
  await element.setSinkId?.(speakerId).catch(() => undefined)
}
