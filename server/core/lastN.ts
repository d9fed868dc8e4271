import type { PeerId } from '../../shared/ids.ts'

/** A camera that is on, as one viewer could be sent it. */
export type Camera = {
  peerId: PeerId
  /** The viewer has chosen it. */
  pinned: boolean
  /** Of its tile, in pixels; 0 where the viewer has not said what is on screen. */
  area: number
}

/**
 * Last-N: whose camera a viewer is sent when it is not sent all. Pinned ones first, then those who spoke last, then the
 * largest tiles, then as they are listed. Who speaks while being in changes nothing; who is not takes the last place.
 *
 * @param limit how many, and who spoke last, the latest first
 */
export function chooseCameras(
  cameras: readonly Camera[],
  { most, lastSpoken }: { most: number; lastSpoken: readonly PeerId[] },
): ReadonlySet<PeerId> {
  const rank = new Map(lastSpoken.map((peerId, at) => [peerId, at]))
  const rankOf = ({ peerId }: Camera) => rank.get(peerId) ?? lastSpoken.length
  const sorted = [...cameras].sort(
    (a, b) => Number(b.pinned) - Number(a.pinned) || rankOf(a) - rankOf(b) || b.area - a.area,
  )
  return new Set(sorted.slice(0, most).map(({ peerId }) => peerId))
}

/** Whether the same people are among the last `most` who spoke, in whatever order. */
export function sameLast(before: readonly PeerId[], now: readonly PeerId[], most: number): boolean {
  const last = new Set(before.slice(0, most))
  return now.length >= before.length && now.slice(0, most).every((peerId) => last.has(peerId))
}

/** The stricter of two limits, of which either may be none. */
export const stricter = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
