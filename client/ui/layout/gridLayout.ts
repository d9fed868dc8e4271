/** Where the tiles of a call go: pure arithmetic, so that every screen and every number of people can be tested. */

export type Size = { readonly width: number; readonly height: number }
export type Rectangle = Size & { readonly x: number; readonly y: number }

export type GridOptions = {
  /** Space between tiles, pixels. There is none around the outside: that is the container's padding. */
  readonly gap: number
  /** Narrowest and widest shape of a tile, width over height. All tiles of a page have the same shape. */
  readonly minAspect: number
  readonly maxAspect: number
  /** A tile narrower than this is not readable: rather one page more. */
  readonly minWidth: number
  /** Most tiles on one page, whatever the screen. */
  readonly maxPerPage: number
}

export type GridLayout = {
  /** The page laid out, from 0: the one asked for, or the last one if there are fewer. */
  readonly page: number
  readonly pageCount: number
  /** Which of the items the first rectangle belongs to; the others follow in order. */
  readonly first: number
  /** Whole pixels, relative to the container. */
  readonly rectangles: readonly Rectangle[]
}

/**
 * Lays `count` equal tiles out in rows, as large as they can be, the last row centred. What would be smaller than
 * readable goes on further pages; each page before the last is full.
 */
export function gridLayout(container: Size, count: number, options: GridOptions, page = 0): GridLayout {
  if (count <= 0 || container.width <= 0 || container.height <= 0) {
    return { page: 0, pageCount: 1, first: 0, rectangles: [] }
  }
  const perPage = Math.min(count, pageCapacity(container, options))
  const pageCount = Math.ceil(count / perPage)
  const shownPage = Math.max(0, Math.min(page, pageCount - 1))
  const first = shownPage * perPage
  return {
    page: shownPage,
    pageCount,
    first,
    rectangles: placeTiles(container, Math.min(perPage, count - first), options),
  }
}

/** What suits a container of this size: small screens get squarer tiles, since a wide one would be a strip. */
export function gridOptionsFor(container: Size): GridOptions {
  const small = Math.min(container.width, container.height) < 480
  const portrait = container.height > container.width
  return {
    gap: small ? 6 : 10,
    minAspect: portrait ? 3 / 4 : 4 / 3,
    maxAspect: 16 / 9,
    minWidth: small ? 132 : 190,
    maxPerPage: small ? 12 : 49,
  }
}

/** How many tiles fit without one being narrower than readable; at least one, however small the container. */
function pageCapacity(container: Size, options: GridOptions): number {
  const { gap, minWidth, maxAspect, maxPerPage } = options
  const minHeight = minWidth / maxAspect
  const columns = Math.max(1, Math.floor((container.width + gap) / (minWidth + gap)))
  const rows = Math.max(1, Math.floor((container.height + gap) / (minHeight + gap)))
  for (let count = Math.min(maxPerPage, columns * rows); count > 1; count--) {
    if (bestShape(container, count, options).width >= minWidth) return count
  }
  return 1
}

type Shape = Size & { readonly columns: number }

function placeTiles(container: Size, count: number, options: GridOptions): Rectangle[] {
  const { columns, width, height } = bestShape(container, count, options)
  const { gap } = options
  const rows = Math.ceil(count / columns)
  const top = Math.floor((container.height - rows * height - (rows - 1) * gap) / 2)
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns)
    const inRow = row < rows - 1 ? columns : count - row * columns
    const left = Math.floor((container.width - inRow * width - (inRow - 1) * gap) / 2)
    return { x: left + (index % columns) * (width + gap), y: top + row * (height + gap), width, height }
  })
}

/** The number of columns with the largest readable tiles. Of two equal ones the wider tile: cameras are wide. */
function bestShape(container: Size, count: number, options: GridOptions): Shape {
  let best: Shape = { columns: 1, width: 0, height: 0 }
  for (let columns = 1; columns <= count; columns++) {
    const shape = shapeFor(container, count, columns, options)
    if (isBetter(shape, best, options.minWidth)) best = shape
  }
  return best
}

function isBetter(a: Shape, b: Shape, minWidth: number): boolean {
  const readable = Number(a.width >= minWidth) - Number(b.width >= minWidth)
  const larger = a.width * a.height - b.width * b.height
  return (readable || larger || a.width - b.width) > 0
}

function shapeFor(container: Size, count: number, columns: number, options: GridOptions): Shape {
  const { gap, minAspect, maxAspect } = options
  const rows = Math.ceil(count / columns)
  const cellWidth = Math.max(1, (container.width - (columns - 1) * gap) / columns)
  const cellHeight = Math.max(1, (container.height - (rows - 1) * gap) / rows)
  const aspect = Math.max(minAspect, Math.min(maxAspect, cellWidth / cellHeight))
  const width = Math.floor(Math.min(cellWidth, cellHeight * aspect))
  const height = Math.floor(Math.min(cellHeight, cellWidth / aspect))
  return { columns, width, height }
}
