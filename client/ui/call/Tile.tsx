import { type Signal, useComputed } from '@preact/signals'
import { fitOf } from '../layout/fitOf.ts'
import type { Place } from '../layout/layout.ts'
import type { CallTile } from '../model/callTiles.ts'
import { hueOf } from '../model/displayName.ts'
import { useModel } from '../model/model.ts'
import { TileActions } from './TileActions.tsx'
import { TileFace, titleOf } from './TileFace.tsx'
import type { Drag } from './useTileGestures.ts'

type Props = {
  readonly tile: CallTile
  readonly place: Place
  /** Of its picture, where it is known. */
  readonly aspect: number | undefined
  /** Where the tile that is being moved is. */
  readonly drag: Signal<Drag | undefined>
  /** The one that Tab leads to; from there arrow keys lead on. */
  readonly current: boolean
}

/** A person's camera or screen on the stage. */
export function Tile({ tile, place, aspect, drag, current }: Props) {
  const { layout } = useModel()
  const { key, source, self, speaking, track } = tile
  // Only the tile that is moved is drawn anew with each step of the pointer.
  const lifted = useComputed(() => (drag.value?.key === key ? drag.value : undefined)).value
  const { x, y } = lifted ?? place
  const pinned = layout.isPinned(key)
  return (
    <li
      class="tile"
      aria-label={titleOf(tile)}
      data-testid="tile"
      data-key={key}
      data-peer-id={tile.peerId}
      data-source={source}
      data-role={place.role}
      data-fit={fitOf(source, aspect, place)}
      data-upright={aspect !== undefined && aspect < 1 ? 'true' : undefined}
      data-self={self ? 'true' : undefined}
      data-speaking={speaking ? 'true' : undefined}
      data-dark={track ? undefined : 'true'}
      data-lifted={lifted ? 'true' : undefined}
      style={{
        width: `${place.width}px`,
        height: `${place.height}px`,
        transform: `translate(${x}px, ${y}px)`,
        '--hue': String(hueOf(tile.name)),
      }}
    >
      <TileFace tile={tile} pinned={pinned} />
      <TileActions tile={tile} pinned={pinned} tabIndex={current ? 0 : -1} />
    </li>
  )
}
