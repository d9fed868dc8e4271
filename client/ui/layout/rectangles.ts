/** Arithmetic of rectangles, in whole pixels. */
import type { Rectangle, Size } from './gridLayout.ts'

export const areaOf = ({ width, height }: Size): number => width * height

/** The largest rectangle of a permitted shape, in the middle of the space. */
export function fitted(space: Rectangle, least: number, most: number): Rectangle {
  const aspect = Math.max(least, Math.min(most, space.width / space.height))
  const width = Math.max(1, Math.floor(Math.min(space.width, space.height * aspect)))
  const height = Math.max(1, Math.floor(Math.min(space.height, space.width / aspect)))
  return {
    x: space.x + Math.floor((space.width - width) / 2),
    y: space.y + Math.floor((space.height - height) / 2),
    width,
    height,
  }
}

export const moved = (rectangle: Rectangle, by: { x: number; y: number }): Rectangle => ({
  ...rectangle,
  x: rectangle.x + by.x,
  y: rectangle.y + by.y,
})

/** The smallest rectangle around all of them. */
export function bounds(rectangles: readonly Rectangle[]): Rectangle {
  const x = Math.min(...rectangles.map((each) => each.x))
  const y = Math.min(...rectangles.map((each) => each.y))
  const right = Math.max(...rectangles.map((each) => each.x + each.width))
  const bottom = Math.max(...rectangles.map((each) => each.y + each.height))
  return { x, y, width: right - x, height: bottom - y }
}
