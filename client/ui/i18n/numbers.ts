/** Numbers as the readers of the page write them. */
import { languageTag } from './t.ts'

const written = (value: number, options: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(languageTag(), options).format(value)

/** A part of the whole, 0 to 1. */
export const percentText = (part: number, digits = 0): string =>
  written(part, { style: 'percent', maximumFractionDigits: digits })

/** As sizes are written everywhere, without a thousands separator. */
export const pixelsText = (pixels: number): string => written(pixels, { useGrouping: false })

export const millisecondsText = (seconds: number): string =>
  written(seconds * 1000, { style: 'unit', unit: 'millisecond', maximumFractionDigits: 0 })

/** Bit/s: in kilobits up to a thousand, then in megabits. */
export function bitrateText(bitrate: number): string {
  const mega = bitrate >= 1_000_000
  return written(bitrate / (mega ? 1_000_000 : 1000), {
    style: 'unit',
    unit: mega ? 'megabit-per-second' : 'kilobit-per-second',
    maximumFractionDigits: mega ? 1 : 0,
  })
}
