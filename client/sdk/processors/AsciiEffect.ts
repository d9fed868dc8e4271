import { brighten, toLines } from './asciiText.ts'
import { asciiGrid, type Grid } from './grid.ts'
import { PersonLayer } from './PersonLayer.ts'
import { Surface } from './Surface.ts'
import type { DrawingContext, Size, VideoEffect } from './types.ts'

/**
 * The picture as text on black, each character in the colour of its place. A line is written at once and in white; one
 * multiplication with the small picture then colours all of them, where a call for each character would take all of a
 * core.
 */
export class AsciiEffect implements VideoEffect {
  /** One pixel for each character; it is read back for each picture, so it had better not live on the GPU. */
  readonly #small = new Surface({ alpha: false, willReadFrequently: true })
  readonly #person = new PersonLayer()

  draw(context: DrawingContext, frame: CanvasImageSource, size: Size, mask?: CanvasImageSource): void {
    const grid = asciiGrid(size)
    const { columns, rows } = grid
    const small = this.#small.prepare({ width: columns, height: rows })
    // More than bilinear where the browser can: of 12 pixels in a row it would look at two.
    small.imageSmoothingQuality = 'medium'
    small.drawImage(frame, 0, 0, columns, rows)
    const pixels = small.getImageData(0, 0, columns, rows)
    context.save()
    writeLines(context, size, grid, toLines(pixels.data, grid))
    brighten(pixels.data)
    small.putImageData(pixels, 0, 0)
    context.globalCompositeOperation = 'multiply'
    context.imageSmoothingEnabled = false
    context.drawImage(this.#small.image, 0, 0, size.width, size.height)
    context.restore()
    if (mask !== undefined) this.#person.draw(context, frame, size, mask)
  }
}

/** White on black, each character in its cell. */
function writeLines(context: DrawingContext, size: Size, { columns, rows }: Grid, lines: readonly string[]): void {
  context.fillStyle = '#000'
  context.fillRect(0, 0, size.width, size.height)
  const cellHeight = size.height / rows
  context.fillStyle = '#fff'
  context.font = `bold ${cellHeight}px monospace`
  context.textBaseline = 'middle'
  // Fonts differ in width, and a system may have none that is monospaced: the line is fitted to the picture.
  const lineWidth = context.measureText('0'.repeat(columns)).width
  context.scale(size.width / lineWidth, 1)
  for (const [row, line] of lines.entries()) context.fillText(line, 0, (row + 0.5) * cellHeight)
  context.scale(lineWidth / size.width, 1)
}
