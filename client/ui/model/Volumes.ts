import { type Signal, signal } from '@preact/signals'
import type { PeerId } from '../../../shared/ids.ts'

/** How loud each person is for oneself alone: nobody else is told. */
export class Volumes {
  readonly #levels = new Map<PeerId, Signal<number>>()
  readonly #muted = new Map<PeerId, Signal<boolean>>()

  /** 0 to 1. */
  levelOf(peerId: PeerId): Signal<number> {
    return entry(this.#levels, peerId, 1)
  }

  mutedOf(peerId: PeerId): Signal<boolean> {
    return entry(this.#muted, peerId, false)
  }

  clear(): void {
    this.#levels.clear()
    this.#muted.clear()
  }
}

function entry<K, V>(map: Map<K, Signal<V>>, key: K, otherwise: V): Signal<V> {
  const known = map.get(key)
  if (known) return known
  const made: Signal<V> = signal(otherwise)
  map.set(key, made)
  return made
}
