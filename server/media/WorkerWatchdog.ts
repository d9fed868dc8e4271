import type { types } from 'mediasoup'

/** How often a worker is looked at, milliseconds. */
const INTERVAL_MS = 500
/**
 * So many looks in a row without an answer mean that it hangs. Looks are counted, not time: when this process itself was
 * held up, one look comes late, and the answer is read before the next.
 */
const MOST_MISSES = 5

/** How much one measurement counts against those before: what is shorter than some seconds is no load. */
const SMOOTHING = 0.2

/**
 * Asks a worker again and again for its resource usage: mediasoup does not notice by itself that one hangs, or that its
 * channel is no longer understood. Owned by WorkerPool, for as long as the worker runs.
 */
export class WorkerWatchdog {
  readonly #worker: types.Worker
  readonly #onFailure: (reason: string) => void
  readonly #timer: NodeJS.Timeout
  #asked = false
  #misses = 0
  #last = { at: performance.now(), usedMs: 0 }
  #cpu = 0
  #closed = false

  /** @param onFailure called once, when the worker is of no more use */
  constructor(worker: types.Worker, onFailure: (reason: string) => void) {
    this.#worker = worker
    this.#onFailure = onFailure
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS)
  }

  /** How much of a core the worker used lately, 0 to 1. */
  get cpu(): number {
    return this.#cpu
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
  }

  #look(): void {
    if (!this.#asked) this.#ask()
    else if (++this.#misses >= MOST_MISSES) this.#fail('it does not answer')
  }

  #ask(): void {
    this.#asked = true
    this.#misses = 0
    this.#worker.getResourceUsage().then(
      (usage) => {
        this.#asked = false
        if (!Number.isFinite(usage.ru_maxrss)) this.#fail('its answer makes no sense')
        else this.#measure(usage.ru_utime + usage.ru_stime)
      },
      (error: unknown) => this.#fail(error instanceof Error ? error.message : String(error)),
    )
  }

  /** @param usedMs CPU time since its start, milliseconds */
  #measure(usedMs: number): void {
    const at = performance.now()
    const share = (usedMs - this.#last.usedMs) / (at - this.#last.at)
    this.#last = { at, usedMs }
    this.#cpu += (share - this.#cpu) * SMOOTHING
  }

  #fail(reason: string): void {
    if (this.#closed) return
    this.close()
    this.#onFailure(reason)
  }
}
