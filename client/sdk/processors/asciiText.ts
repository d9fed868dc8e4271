/** From pixels to characters: pure. */
import type { Grid } from './grid.ts'

/** From no ink to much, for light characters on black. */
const RAMP = ' .:-=+*#%@'

/** The character for a brightness from 0 (black) to 255 (white); what is outside of that is taken for the nearest. */
export function characterFor(brightness: number): string {
  const step = Math.floor((brightness * RAMP.length) / 256)
  return RAMP[Math.min(RAMP.length - 1, Math.max(0, step))] ?? ' '
}

/** How bright a colour seems, 0 to 255 (luma of ITU-R BT.709). */
export function brightnessOf(red: number, green: number, blue: number): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/**
 * The lines of text that show the picture.
 * @param pixels one for each character, row by row, as red, green, blue and alpha from 0 to 255 (`ImageData.data`)
 */
export function toLines(pixels: Uint8ClampedArray, { columns, rows }: Grid): string[] {
  return Array.from({ length: rows }, (_, row) => {
    let line = ''
    for (let at = row * columns * 4; at < (row + 1) * columns * 4; at += 4) {
      line += characterFor(brightnessOf(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0))
    }
    return line
  })
}

/** Below this a colour is noise, and made bright it would sparkle. */
const DARKEST_COLOUR = 48

/** Makes each colour as bright as it can be, in place: how dark it is the character says already. */
export function brighten(pixels: Uint8ClampedArray): void {
  for (let at = 0; at < pixels.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = [pixels[at], pixels[at + 1], pixels[at + 2]]
    const factor = 255 / Math.max(red, green, blue, DARKEST_COLOUR)
    pixels[at] = red * factor
    pixels[at + 1] = green * factor
    pixels[at + 2] = blue * factor
  }
}
