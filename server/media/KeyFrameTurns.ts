/**
 * The publisher ignores a request for a key frame within 300 ms of its last one; mediasoup's default would then wait
 * for 1,000 ms before it asks again, and who joins just after another would see nothing for that second.
 */
export const KEY_FRAME_REQUEST_DELAY_MS = 400

/**
 * So far apart do viewers begin with a video, milliseconds: each beginning costs its publisher a key frame, which is as
 * large as many others. Above one second, so that a crowd that comes in asks for fewer than one a second.
 */
export const TURN_MS = 1200

/** Whoever begins with a video begins at once; who comes shortly after somebody else begins with all who did so. */
export class KeyFrameTurns {
  /** Videos that somebody has just begun with, and who waits for the next turn. */
  readonly #waiting = new Map<string, (() => void)[]>()

  /** Resolves when a viewer may begin with this video. */
  take(producerId: string): Promise<void> {
    const waiting = this.#waiting.get(producerId)
    if (waiting) return new Promise((resolve) => waiting.push(resolve))
    this.#begin(producerId)
    return Promise.resolve()
  }

  #begin(producerId: string): void {
    this.#waiting.set(producerId, [])
    setTimeout(() => {
      const waiting = this.#waiting.get(producerId) ?? []
      this.#waiting.delete(producerId)
      if (waiting.length === 0) return
      this.#begin(producerId)
      for (const go of waiting) go()
    }, TURN_MS).unref()
  }
}
