/** What of a call is on screen, in the words of the contract. */
import type { Tile } from '../../../shared/requests.ts'
import type { Rectangle } from '../layout/gridLayout.ts'
import type { CallTile } from './callTiles.ts'

/**
 * The others' tiles in device pixels. A tile whose camera is off counts too: its picture then comes with the first
 * packet, not a round trip later.
 */
export function viewportOf(
  shown: readonly { readonly tile: CallTile; readonly place: Rectangle; readonly pinned?: boolean }[],
  pixelRatio: number,
): Tile[] {
  return shown
    .filter(({ tile }) => !tile.self)
    .map(({ tile: { peerId, source }, place, pinned }) => ({
      peerId,
      source,
      width: Math.round(place.width * pixelRatio),
      height: Math.round(place.height * pixelRatio),
      ...(pinned && { pinned }),
    }))
}
