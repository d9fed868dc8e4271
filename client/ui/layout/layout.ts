/** Where everything on the stage goes: one pure function of the tiles, the space and the mode. */
import { gridLayout, gridOptionsFor, type Rectangle, type Size } from './gridLayout.ts'
import { people, peopleWithLead, shapesIn } from './people.ts'
import { areaOf, bounds, fitted, moved } from './rectangles.ts'
import { type Division, type Split, splitLayout } from './splitLayout.ts'

/**
 * - `grid`: all alike
 * - `speaker`: who speaks, large, with a strip of the others
 * - `screen`: what is shared, large, with the speaker and a strip
 * - `sideBySide`: what is shared, pinned or said in one half, everyone else in the other
 */
export const MODES = ['grid', 'speaker', 'screen', 'sideBySide'] as const
export type Mode = (typeof MODES)[number]

export type LayoutTile = {
  readonly key: string
  readonly kind: 'cam' | 'screen'
  readonly self?: boolean
  readonly pinned?: boolean
  /** The one to look at: who speaks, or spoke last. */
  readonly speaking?: boolean
  /** Width over height of its picture, where it is known. A screen is shown in this shape; a camera may be cropped. */
  readonly aspect?: number
}

export type Place = Rectangle & {
  readonly key: string
  /** What it is in this layout: the large one, the speaker beside it, or one of many. */
  readonly role: 'main' | 'lead' | 'tile'
}

export type Layout = {
  /** Whole pixels, relative to the container, from its left; where text runs from the right it is mirrored later. */
  readonly places: readonly Place[]
  readonly page: number
  readonly pageCount: number
  /** How many of the tiles that take turns fit on a page. */
  readonly perPage: number
  /** Free of tiles: for what turns the pages, if there are several. */
  readonly pager: Rectangle | undefined
}

const NOTHING: Layout = { places: [], page: 0, pageCount: 1, perPage: 0, pager: undefined }

/** @param tiles in the order in which they are shown; large ones are taken out of it */
export function layout(tiles: readonly LayoutTile[], container: Size, mode: Mode, page = 0): Layout {
  if (tiles.length === 0 || container.width <= 0 || container.height <= 0) return NOTHING
  const main = mainOf(tiles, mode)
  const others = tiles.filter((tile) => !main.includes(tile))
  const whole = { x: 0, y: 0, ...container }
  if (main.length === 0) return people(others, whole, page)
  if (others.length === 0) return { ...NOTHING, places: large(main, whole) }
  const shapes = (division: Division) => shapesIn(division, mode, others.length)
  const place = (division: Division, shownPage: number) =>
    mode === 'screen'
      ? peopleWithLead(others, division.people, shownPage, shapes(division))
      : people(others, division.people, shownPage, shapes(division))
  const split = splitLayout(container, splitFor(mode), (division, weight) =>
    worth(large(main, division.main), place(division, 0).places, weight),
  )
  const rest = place(split, page)
  return closeUp({ ...rest, places: [...large(main, split.main), ...rest.places] }, main.length, split, container)
}

/** The tiles that are shown large. Several only where a person has asked for them, or several screens are shared. */
export function mainOf(tiles: readonly LayoutTile[], mode: Mode): readonly LayoutTile[] {
  if (mode === 'grid') return []
  const pinned = tiles.filter((tile) => tile.pinned).slice(0, MOST_LARGE)
  if (pinned.length > 0) return pinned
  // Two people side by side are alike.
  if (mode === 'sideBySide' && tiles.length === 2 && tiles.every(({ kind }) => kind === 'cam')) return []
  const screens = tiles.filter(({ kind }) => kind === 'screen')
  if (mode !== 'speaker' && screens.length > 0) return screens.slice(0, MOST_LARGE)
  const cameras = tiles.filter(({ kind }) => kind === 'cam')
  const one = cameras.find(({ speaking }) => speaking) ?? cameras.find(({ self }) => !self) ?? tiles[0]
  return one ? [one] : []
}

const MOST_LARGE = 4

function splitFor(mode: Mode): Split {
  return mode === 'sideBySide'
    ? { least: 0.36, most: 0.5, weight: 1.1 }
    : { least: 0.17, most: mode === 'screen' ? 0.3 : 0.32, weight: 0.55 }
}

/** How much there is to see; half of it is lost where somebody is larger than what is meant to be large. */
function worth(main: readonly Place[], rest: readonly Place[], weight: number): number {
  const [smallest, largest] = [Math.min(...main.map(areaOf)), Math.max(...rest.map(areaOf))]
  const value = sumOf(main) + weight * sumOf(rest)
  return largest > smallest ? value / 2 : value
}

const sumOf = (places: readonly Place[]): number => places.reduce((sum, place) => sum + areaOf(place), 0)

function large(tiles: readonly LayoutTile[], space: Rectangle): Place[] {
  const [only] = tiles
  if (only && tiles.length === 1) {
    const { least, most } = shapeOf(only, space)
    return [{ ...fitted(space, least, most), key: only.key, role: 'main' }]
  }
  const { rectangles } = gridLayout(space, tiles.length, { ...gridOptionsFor(space), minWidth: 1 })
  return tiles.flatMap(({ key }, index) => {
    const rectangle = rectangles[index]
    return rectangle ? [{ ...moved(rectangle, space), key, role: 'main' as const }] : []
  })
}

const USUAL_SCREEN = 16 / 9

/** Text must not be cut off, so that a screen has its own shape; a face may lose some wall on either side. */
function shapeOf({ kind, aspect }: LayoutTile, space: Size): { least: number; most: number } {
  if (kind === 'screen') return { least: aspect ?? USUAL_SCREEN, most: aspect ?? USUAL_SCREEN }
  return { least: space.height > space.width ? 3 / 4 : 4 / 3, most: 16 / 9 }
}

/** Takes the slack out from between the large and the small ones and puts it around both. */
function closeUp(result: Layout, mainCount: number, { beside, gap }: Division, container: Size): Layout {
  const main = bounds(result.places.slice(0, mainCount))
  const rest = bounds([...result.places.slice(mainCount), ...(result.pager ? [result.pager] : [])])
  const [axis, side] = beside ? (['x', 'width'] as const) : (['y', 'height'] as const)
  const slack = Math.max(0, container[side] - main[side] - rest[side] - gap)
  const start = Math.floor(slack / 2)
  const mainBy = start - main[axis]
  const restBy = start + main[side] + gap - rest[axis]
  const shift = <R extends Rectangle>(rectangle: R, by: number): R => ({ ...rectangle, [axis]: rectangle[axis] + by })
  return {
    ...result,
    places: result.places.map((place, index) => shift(place, index < mainCount ? mainBy : restBy)),
    pager: result.pager && shift(result.pager, restBy),
  }
}
