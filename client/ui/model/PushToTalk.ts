import type { OwnMedia } from './OwnMedia.ts'

/** The last syllable is often still on its way when the key is let go. */
const TAIL_MS = 150

/** Opens a muted microphone while something is held. */
export class PushToTalk {
  readonly #media: OwnMedia
  #held = false
  #closing: ReturnType<typeof setTimeout> | undefined

  constructor(media: OwnMedia) {
    this.#media = media
  }

  get held(): boolean {
    return this.#held
  }

  /** @returns whether it does anything: not where the microphone is open already */
  press(): boolean {
    if (this.#held) return true
    if (this.#closing !== undefined) {
      clearTimeout(this.#closing)
      this.#closing = undefined
    } else if (this.#media.wishes().mic) return false
    else void this.#media.toggle('mic')
    this.#held = true
    return true
  }

  release(): void {
    if (!this.#held) return
    this.#held = false
    this.#closing = setTimeout(() => this.#close(), TAIL_MS)
  }

  #close(): void {
    this.#closing = undefined
    // Not where there is no microphone: the browser would be asked once more.
    const { on, capturing } = this.#media
    if (on.mic.peek() || capturing.peek()) void this.#media.toggle('mic')
  }
}
