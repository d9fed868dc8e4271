import { messageOf } from './failures.ts'
import type { Log } from './types.ts'

/** An immutable state and those who want to hear of it: once for each microtask, however much changes in it. */
export class StateStore<T extends object> {
  #state: T
  #scheduled = false
  readonly #listeners = new Set<(state: T) => void>()
  readonly #log: Log

  constructor(state: T, log: Log) {
    this.#state = state
    this.#log = log
  }

  get state(): T {
    return this.#state
  }

  /** Takes over what is different; if nothing is, the state stays the same object and nobody is called. */
  update(patch: Partial<T>): void {
    const keys = Object.keys(patch) as (keyof T)[]
    if (keys.every((key) => this.#state[key] === patch[key])) return
    this.#state = { ...this.#state, ...patch }
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => this.#notify())
  }

  subscribe(listener: (state: T) => void): () => void {
    // A function of its own: the same listener may subscribe twice, and each end only its own.
    const entry = (state: T) => listener(state)
    this.#listeners.add(entry)
    return () => {
      this.#listeners.delete(entry)
    }
  }

  #notify(): void {
    this.#scheduled = false
    for (const listener of this.#listeners) {
      try {
        listener(this.#state)
      } catch (error) {
        this.#log('a listener failed', { error: messageOf(error) })
      }
    }
  }
}
