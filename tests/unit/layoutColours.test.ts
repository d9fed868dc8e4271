import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** The colours of the page can be read: contrast as WCAG 2 computes it, for each theme. */
const css = readFileSync(join(import.meta.dirname, '../../client/ui/styles/tokens.css'), 'utf8')
const tokensIn = (text: string) =>
  new Map(
    [...text.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name = '', value = '']): [string, string] => [name, value]),
  )
const darkAt = css.indexOf('@media (prefers-color-scheme: dark)')
const light = tokensIn(css.slice(0, darkAt))
const dark = new Map([...light, ...tokensIn(css.slice(darkAt, css.indexOf('@media (prefers-contrast')))])

type Rgb = readonly [number, number, number]
const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [0, 0, 0]

const TEXT = 4.5
const EDGE = 3

describe.each([
  ['light', light],
  ['dark', dark],
])('in the %s theme', (_theme, tokens) => {
  const colour = (name: string): Rgb => rgbOf(tokens.get(name) ?? '')

  it.each([
    ['text', 'ground', TEXT],
    ['text', 'stage', TEXT],
    ['text', 'surface', TEXT],
    ['text', 'control', TEXT],
    ['text', 'control-hover', TEXT],
    ['text-muted', 'ground', TEXT],
    ['text-muted', 'stage', TEXT],
    ['text-muted', 'surface', TEXT],
    ['text-muted', 'surface-sunken', TEXT],
    ['on-accent', 'accent', TEXT],
    ['on-accent', 'accent-hover', TEXT],
    ['on-danger', 'danger-fill', TEXT],
    ['on-danger', 'danger-fill-hover', TEXT],
    ['danger', 'surface', TEXT],
    ['danger', 'danger-soft', TEXT],
    ['warning', 'warning-soft', TEXT],
    ['off', 'off-soft', TEXT],
    ['on-hand', 'hand', TEXT],
    ['line-strong', 'surface', EDGE],
    ['focus', 'stage', EDGE],
    ['focus', 'surface', EDGE],
    ['speaking', 'stage', EDGE],
    ['speaking', 'surface', EDGE],
    ['danger-fill', 'stage', EDGE],
  ])('%s on %s has %d', (front, back, least) => {
    expect(contrast(colour(front), colour(back))).toBeGreaterThanOrEqual(least)
  })

  it('a name can be read over any picture', () => {
    const [red = 0, green = 0, blue = 0, percent = 0] = [...(tokens.get('plate') ?? '').matchAll(/[\d.]+/g)].map(Number)
    for (const picture of [WHITE, BLACK]) {
      const plate = ([red, green, blue] as const).map((value, index) => mix(value, picture[index] ?? 0, percent / 100))
      expect(contrast(colour('on-plate'), plate as unknown as Rgb)).toBeGreaterThanOrEqual(TEXT)
    }
  })

  it('initials can be read on every person’s colour', () => {
    const [lightness, chroma] = ['avatar-lightness', 'avatar-chroma'].map((name) => Number(tokens.get(name)))
    for (let hue = 0; hue < 360; hue++)
      expect(contrast(WHITE, fromOklch(lightness ?? 0, chroma ?? 0, hue)), `hue ${hue}`).toBeGreaterThanOrEqual(TEXT)
  })
})

const mix = (over: number, under: number, share: number) => over * share + under * (1 - share)

function rgbOf(hex: string): Rgb {
  const digits = /^#([0-9a-f]{6})$/i.exec(hex.trim())?.[1]
  if (!digits) throw new Error(`not a colour: ${hex}`)
  const value = Number.parseInt(digits, 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

function contrast(a: Rgb, b: Rgb): number {
  const [brighter = 0, darker = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (brighter + 0.05) / (darker + 0.05)
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** CSS Color 4, section 9; what no screen shows is cut off. */
function fromOklch(lightness: number, chroma: number, hue: number): Rgb {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)]
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
  return linear.map((value) => {
    const part = Math.min(1, Math.max(0, value))
    return 255 * (part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055)
  }) as unknown as Rgb
}
