import type { PeerId } from '../../shared/ids.ts'
import { forwardedVoices, rankSpeakers, rememberSpeakers, type VoiceLimits } from '../core/speakers.ts'

/** A hint that the observer has not confirmed after this long was wrong, milliseconds. */
const HINT_VALID_MS = 1500

type Options = { limits: VoiceLimits; onChange: () => void }

/**
 * Remembers who spoke last, for rooms with more open microphones than can be forwarded. Owned by Room.
 *
 * The observer of the media server is slow, a quarter of a second and more; a client that hears its own microphone rise
 * says so at once (`hint`), is forwarded, and is dropped again if the observer does not agree.
 */
export class Voices {
  readonly #options: Options
  readonly #hints = new Map<PeerId, NodeJS.Timeout>()
  #recent: readonly PeerId[] = []
  /** The same without regard to what is forwarded. */
  #lastSpoken: readonly PeerId[] = []

  constructor(options: Options) {
    this.#options = options
  }

  /** Undefined: everyone's voice is forwarded. */
  forwarded(openMicrophones: number): ReadonlySet<PeerId> | undefined {
    return forwardedVoices(openMicrophones, this.#recent, this.#options.limits)
  }

  /** Who spoke last, the latest first. */
  get lastSpoken(): readonly PeerId[] {
    return this.#lastSpoken
  }

  /** What the observer hears. */
  heard(speaking: readonly PeerId[]): void {
    this.#lastSpoken = rememberSpeakers(this.#lastSpoken, speaking)
    for (const peerId of speaking) this.#forgetHint(peerId)
    this.#rank(speaking)
  }

  hint(peerId: PeerId): void {
    if (this.#hints.has(peerId)) return
    if (this.#recent.slice(0, this.#options.limits.forwarded).includes(peerId)) return
    const timer = setTimeout(() => {
      this.#hints.delete(peerId)
      this.#remove(peerId)
    }, HINT_VALID_MS)
    this.#hints.set(peerId, timer)
    this.#rank([peerId])
  }

  leave(peerId: PeerId): void {
    this.#lastSpoken = this.#lastSpoken.filter((other) => other !== peerId)
    this.#remove(peerId)
  }

  /** Who has left, or was not heard after all. */
  #remove(peerId: PeerId): void {
    this.#forgetHint(peerId)
    if (!this.#recent.includes(peerId)) return
    this.#recent = this.#recent.filter((other) => other !== peerId)
    this.#options.onChange()
  }

  close(): void {
    for (const timer of this.#hints.values()) clearTimeout(timer)
    this.#hints.clear()
  }

  #rank(speaking: readonly PeerId[]): void {
    const { limits, onChange } = this.#options
    const before = this.#recent.slice(0, limits.forwarded)
    this.#recent = rankSpeakers(this.#recent, speaking, limits)
    const after = this.#recent.slice(0, limits.forwarded)
    if (after.some((peerId) => !before.includes(peerId)) || after.length !== before.length) onChange()
  }

  #forgetHint(peerId: PeerId): void {
    clearTimeout(this.#hints.get(peerId))
    this.#hints.delete(peerId)
  }
}
