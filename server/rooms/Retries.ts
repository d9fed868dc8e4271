/** Milliseconds. What still fails after the last of them waits for the next change, and begins anew with it. */
const DELAYS_MS = [500, 1000, 2000, 5000, 10_000]

/** Does again what did not succeed, after ever longer pauses. Whoever makes it closes it. */
export class Retries<K> {
  readonly #again: (key: K) => void
  readonly #failures = new Map<K, { count: number; timer: NodeJS.Timeout }>()

  constructor(again: (key: K) => void) {
    this.#again = again
  }

  failed(key: K): void {
    const { count = 0, timer } = this.#failures.get(key) ?? {}
    clearTimeout(timer)
    const delay = DELAYS_MS[count]
    if (delay === undefined) this.#failures.delete(key)
    else this.#failures.set(key, { count: count + 1, timer: setTimeout(() => this.#again(key), delay) })
  }

  /** It succeeded, or is no longer wanted. */
  forget(key: K): void {
    clearTimeout(this.#failures.get(key)?.timer)
    this.#failures.delete(key)
  }

  close(): void {
    for (const key of [...this.#failures.keys()]) this.forget(key)
  }
}
