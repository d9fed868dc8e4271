import type { Rectangle } from './gridLayout.ts'

/** Where arrow keys lead. */
export type Direction = 'left' | 'right' | 'up' | 'down'

/** The tile to go to from another: the nearest in that direction, rather in the same row or column than across. */
export function neighbourOf<P extends Rectangle>(places: readonly P[], from: P, direction: Direction): P | undefined {
  const sideways = direction === 'left' || direction === 'right'
  const sign = direction === 'right' || direction === 'down' ? 1 : -1
  const here = centreOf(from)
  let best: { place: P; distance: number } | undefined
  for (const place of places) {
    const there = centreOf(place)
    const ahead = sign * (sideways ? there.x - here.x : there.y - here.y)
    const aside = Math.abs(sideways ? there.y - here.y : there.x - here.x)
    if (place === from || ahead <= 1) continue
    const distance = ahead + 3 * aside
    if (!best || distance < best.distance) best = { place, distance }
  }
  return best?.place
}

const centreOf = ({ x, y, width, height }: Rectangle) => ({ x: x + width / 2, y: y + height / 2 })
