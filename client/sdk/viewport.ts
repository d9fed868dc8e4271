/** What is on screen, in the form that the contract takes: pure. */
import type { Tile } from '../../shared/requests.ts'

/** The contract's bounds (`TileSchema`, `ViewportSchema`). */
const MAX_SIDE = 16384
const MAX_TILES = 100

/** Whole pixels within bounds, one tile for each picture (the largest), in an order of its own. */
export function normalizeTiles(tiles: readonly Tile[]): Tile[] {
  const largest = new Map<string, Tile>()
  for (const { peerId, source, width, height, pinned } of tiles) {
    const size = { width: clampSide(width), height: clampSide(height) }
    const tile: Tile = { peerId, source, ...size, ...(pinned && { pinned }) }
    const known = largest.get(keyOf(tile))
    if (known === undefined || areaOf(tile) > areaOf(known)) largest.set(keyOf(tile), tile)
  }
  const bySize = [...largest.values()].sort((a, b) => areaOf(b) - areaOf(a)).slice(0, MAX_TILES)
  return bySize.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

/** Whether two normalised lists say the same. */
export function sameTiles(a: readonly Tile[], b: readonly Tile[]): boolean {
  if (a.length !== b.length) return false
  return a.every((tile, index) => {
    const other = b[index]
    return (
      keyOf(tile) === (other && keyOf(other)) &&
      tile.width === other?.width &&
      tile.height === other.height &&
      tile.pinned === other.pinned
    )
  })
}

const keyOf = ({ peerId, source }: Tile) => `${peerId} ${source}`
const areaOf = ({ width, height }: Tile) => width * height
const clampSide = (side: number) => (side > 0 ? Math.min(MAX_SIDE, Math.round(side)) : 0)
