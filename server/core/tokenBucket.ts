/** How much may be spent at once, and how fast it comes back. */
export type BucketSize = { readonly capacity: number; readonly perSecond: number }

/** What is left, and when that was counted, milliseconds of any clock that does not run back. */
export type TokenBucket = { readonly tokens: number; readonly at: number }

export const fullBucket = ({ capacity }: BucketSize, now: number): TokenBucket => ({ tokens: capacity, at: now })

/** What is in a bucket now. */
export function refill(bucket: TokenBucket, { capacity, perSecond }: BucketSize, now: number): TokenBucket {
  const earned = (Math.max(0, now - bucket.at) / 1000) * perSecond
  return { tokens: Math.min(capacity, bucket.tokens + earned), at: now }
}

/** Spends all of the cost or, where there is less in the bucket, nothing. */
export function take(
  bucket: TokenBucket,
  size: BucketSize,
  { cost, now }: { cost: number; now: number },
): { granted: boolean; bucket: TokenBucket } {
  const full = refill(bucket, size, now)
  if (full.tokens < cost) return { granted: false, bucket: full }
  return { granted: true, bucket: { tokens: full.tokens - cost, at: now } }
}
