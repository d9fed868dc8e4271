import type { PeerId } from '../../shared/ids.ts'
import type { EndReason } from '../../shared/notifications.ts'

const MOST = 10_000

/** Why visits ended, for those who did not hear of it: they are told when they come back. */
export class Farewells {
  readonly #keepMs: number
  readonly #now: () => number
  /** The oldest first. */
  readonly #ends = new Map<PeerId, { reason: EndReason; at: number }>()

  constructor({ keepMs, now }: { keepMs: number; now: () => number }) {
    this.#keepMs = keepMs
    this.#now = now
  }

  add(peerId: PeerId, reason: EndReason): void {
    this.#ends.delete(peerId)
    this.#ends.set(peerId, { reason, at: this.#now() })
    for (const [id, { at }] of this.#ends) {
      if (this.#ends.size <= MOST && at > this.#now() - this.#keepMs) break
      this.#ends.delete(id)
    }
  }

  get(peerId: PeerId): EndReason | undefined {
    return this.#ends.get(peerId)?.reason
  }

  /** It is there again. */
  forget(peerId: PeerId): void {
    this.#ends.delete(peerId)
  }
}
