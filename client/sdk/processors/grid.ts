/** Sizes that effects work in: pure, from the size of the picture. */
import type { Size } from './types.ts'

/** More characters than this cost time and cannot be told apart in a tile. */
const MAX_COLUMNS = 120
const MAX_ROWS = 68
/** Below this a face is no longer a face. */
const MIN_COLUMNS = 40
/** The width of a character, pixels: still readable when the picture has gone through an encoder. */
const CELL_WIDTH = 12
/** Width to height of a character in the usual monospaced fonts. */
const CELL_ASPECT = 0.6

export type Grid = { readonly columns: number; readonly rows: number }

/** How many characters make the picture, so that each is about as high as its font is. */
export function asciiGrid({ width, height }: Size): Grid {
  const columns = clamp(Math.round(width / CELL_WIDTH), MIN_COLUMNS, MAX_COLUMNS)
  return { columns, rows: clamp(Math.round((columns * height * CELL_ASPECT) / width), 1, MAX_ROWS) }
}

/** What is left of the long side of a frosted picture, pixels: a person can be guessed, a face or a text cannot. */
const FROSTED_SIDE = 48

/**
 * The sizes that a picture is made smaller by, each half of the one before: at once, most pixels would be passed over
 * and the rest would flicker. Always at least one.
 */
export function frostedSizes({ width, height }: Size): Size[] {
  const sizes: Size[] = []
  let size: Size = { width, height }
  do {
    size = { width: Math.max(1, Math.round(size.width / 2)), height: Math.max(1, Math.round(size.height / 2)) }
    sizes.push(size)
  } while (Math.max(size.width, size.height) > FROSTED_SIDE)
  return sizes
}

const clamp = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value))
