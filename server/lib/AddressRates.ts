import { type BucketSize, fullBucket, refill, type TokenBucket, take } from '../core/tokenBucket.ts'

/** Buckets that are full again are looked for when there are so many more. */
const SWEEP_EVERY = 1000

/** How often each address may do one thing: a token bucket for each, forgotten when it is full again. */
export class AddressRates {
  readonly #size: BucketSize
  readonly #now: () => number
  readonly #buckets = new Map<string, TokenBucket>()
  #sweepAt = SWEEP_EVERY

  constructor({ size, now }: { size: BucketSize; now: () => number }) {
    this.#size = size
    this.#now = now
  }

  /** How many addresses are remembered. */
  get known(): number {
    return this.#buckets.size
  }

  /** Whether the address may do it once more now. */
  take(address: string): boolean {
    const now = this.#now()
    if (this.#buckets.size >= this.#sweepAt) this.#sweep(now)
    const { granted, bucket } = take(this.#buckets.get(address) ?? fullBucket(this.#size, now), this.#size, {
      cost: 1,
      now,
    })
    this.#buckets.set(address, bucket)
    return granted
  }

  #sweep(now: number): void {
    for (const [address, bucket] of this.#buckets)
      if (refill(bucket, this.#size, now).tokens === this.#size.capacity) this.#buckets.delete(address)
    this.#sweepAt = this.#buckets.size + SWEEP_EVERY
  }
}
