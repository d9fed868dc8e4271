/** Where those go who are not large: in rows, page after page, beside a large tile or on their own. */
import { type GridOptions, gridLayout, gridOptionsFor, type Rectangle } from './gridLayout.ts'
import type { Layout, LayoutTile, Mode } from './layout.ts'
import { fitted, moved } from './rectangles.ts'
import type { Division } from './splitLayout.ts'

/** A finger's width, and some air. */
const PAGER = { width: 176, height: 48 }

/** Equal tiles in rows, with room for the pager where they do not all fit. */
export function people(
  tiles: readonly LayoutTile[],
  space: Rectangle,
  page: number,
  shapes: Partial<GridOptions> = {},
): Layout {
  const options = { ...gridOptionsFor(space), ...fewShapes(tiles, space), ...shapes }
  const fits = gridLayout(space, tiles.length, options).pageCount === 1
  const room = fits ? space : { ...space, height: Math.max(1, space.height - PAGER.height) }
  const perPage = gridLayout(room, tiles.length, options).rectangles.length
  const grid = gridLayout(room, tiles.length, options, page)
  return {
    places: grid.rectangles.flatMap((rectangle, index) => {
      const tile = tiles[grid.first + index]
      return tile ? [{ ...moved(rectangle, space), key: tile.key, role: 'tile' as const }] : []
    }),
    page: grid.page,
    pageCount: grid.pageCount,
    perPage,
    pager: fits ? undefined : pagerIn(space),
  }
}

/** So much of the width a picture may lose where there are few of them: more would cut off who sits at its side. */
const LEAST_SHOWN = 0.68

/** One or two get tiles in which their pictures still show most of what is there, rather than the whole space. */
function fewShapes(tiles: readonly LayoutTile[], space: Rectangle): Partial<GridOptions> {
  const aspects = tiles.map(({ aspect = 0 }) => aspect)
  if (tiles.length > 2 || aspects.some((aspect) => aspect <= 1)) return {}
  return { minAspect: Math.max(gridOptionsFor(space).minAspect, LEAST_SHOWN * Math.min(...aspects)) }
}

/** In a strip tiles may be smaller, since there is a large one to look at, and are wide where they would outgrow it. */
export const shapesIn = ({ beside, main }: Division, mode: Mode, count: number): Partial<GridOptions> => ({
  minAspect: beside && count > 1 ? 1 : 16 / 9,
  ...(mode !== 'sideBySide' && { minWidth: beside && Math.min(main.width, main.height) > 480 ? 148 : 112 }),
})

/** Beside a screen who speaks is larger than the others, and on every page. */
export function peopleWithLead(
  tiles: readonly LayoutTile[],
  space: Rectangle,
  page: number,
  shapes: Partial<GridOptions>,
): Layout {
  const lead = tiles.find(({ speaking, kind }) => speaking && kind === 'cam') ?? tiles.find(({ self }) => !self)
  const leadHeight = Math.floor(Math.min((space.width * 9) / 16, space.height * 0.5))
  if (!lead || tiles.length < 3 || space.height - leadHeight < LEAST_STRIP) return people(tiles, space, page, shapes)
  const { gap } = gridOptionsFor(space)
  const top = { ...space, height: leadHeight }
  const below = { ...space, y: space.y + leadHeight + gap, height: space.height - leadHeight - gap }
  const rest = people(
    tiles.filter((tile) => tile !== lead),
    below,
    page,
    shapes,
  )
  return { ...rest, places: [{ ...fitted(top, 4 / 3, 16 / 9), key: lead.key, role: 'lead' }, ...rest.places] }
}

/** A speaker needs this much below for the others to be more than stamps, pixels. */
const LEAST_STRIP = 120

function pagerIn(space: Rectangle): Rectangle {
  const width = Math.min(PAGER.width, space.width)
  const height = Math.min(PAGER.height, space.height)
  return {
    x: space.x + Math.floor((space.width - width) / 2),
    y: space.y + space.height - height,
    width,
    height,
  }
}
