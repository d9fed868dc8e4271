import { describe, expect, it } from 'vitest'
import { brighten, brightnessOf, characterFor, toLines } from '../../client/sdk/processors/asciiText.ts'
import { asciiGrid, frostedSizes } from '../../client/sdk/processors/grid.ts'
import { EFFECT_NAMES } from '../../client/sdk/processors/index.ts'

const pixelsOf = (...colours: [number, number, number][]) =>
  new Uint8ClampedArray(colours.flatMap((colour) => [...colour, 255]))

const SIZES = [
  { width: 1, height: 1 },
  { width: 160, height: 120 },
  { width: 320, height: 240 },
  { width: 640, height: 480 },
  { width: 720, height: 1280 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
  { width: 100, height: 4000 },
  { width: 4000, height: 100 },
]

describe('a character for a brightness', () => {
  it.each([
    [-1, ' '],
    [0, ' '],
    [25, ' '],
    [26, '.'],
    [52, ':'],
    [77, '-'],
    [103, '='],
    [128, '+'],
    [154, '*'],
    [180, '#'],
    [205, '%'],
    [231, '@'],
    [255, '@'],
    [300, '@'],
    [Number.NaN, ' '],
  ])('%d is "%s"', (brightness, character) => {
    expect(characterFor(brightness)).toBe(character)
  })

  it('has ten steps of the same width', () => {
    const counts = Map.groupBy(
      Array.from({ length: 256 }, (_, brightness) => brightness),
      characterFor,
    )
    expect(counts.size).toBe(10)
    for (const values of counts.values()) expect(values.length).toBeGreaterThanOrEqual(25)
  })
})

describe('a picture as text', () => {
  it.each([
    ['black', 0, 0, 0, 0],
    ['white', 255, 255, 255, 255],
    ['red', 255, 0, 0, 54],
    ['green', 0, 255, 0, 182],
    ['blue', 0, 0, 255, 18],
  ])('%s is as bright as it seems', (_name, red, green, blue, brightness) => {
    expect(Math.round(brightnessOf(red, green, blue))).toBe(brightness)
  })

  it('is written row by row', () => {
    const pixels = pixelsOf([0, 0, 0], [255, 255, 255], [0, 255, 0], [128, 128, 128], [0, 0, 0], [255, 0, 0])
    expect(toLines(pixels, { columns: 3, rows: 2 })).toEqual([' @#', '+ :'])
  })

  it('keeps its colours, bright, except where there is hardly one', () => {
    const pixels = pixelsOf([100, 50, 0], [0, 0, 0], [255, 255, 255], [12, 0, 0])
    brighten(pixels)
    expect([...pixels]).toEqual([255, 127, 0, 255, 0, 0, 0, 255, 255, 255, 255, 255, 64, 0, 0, 255])
  })
})

describe('the sizes that effects work in', () => {
  it.each([
    [1280, 720, 107, 36],
    [1920, 1080, 120, 41],
    [640, 480, 53, 24],
    [720, 1280, 60, 64],
    [320, 180, 40, 14],
    [1080, 1920, 90, 68],
  ])('%d x %d is written in %d columns and %d rows', (width, height, columns, rows) => {
    expect(asciiGrid({ width, height })).toEqual({ columns, rows })
  })

  it.each(SIZES)('never takes more than 120 x 68 characters ($width x $height)', (size) => {
    const { columns, rows } = asciiGrid(size)
    expect(columns).toBeLessThanOrEqual(120)
    expect(rows).toBeLessThanOrEqual(68)
    expect(Math.min(columns, rows)).toBeGreaterThanOrEqual(1)
    expect(Number.isInteger(columns) && Number.isInteger(rows)).toBe(true)
  })

  it.each(SIZES)('leaves no face in a frosted picture ($width x $height)', (size) => {
    const sizes = frostedSizes(size)
    const last = sizes.at(-1) ?? size
    expect(Math.max(last.width, last.height)).toBeLessThanOrEqual(48)
    expect(Math.min(last.width, last.height)).toBeGreaterThanOrEqual(1)
    // Half of the one before, so that no pixel is passed over.
    for (const [index, { width }] of sizes.entries()) {
      const before = sizes[index - 1] ?? size
      expect(Math.abs(width - before.width / 2)).toBeLessThanOrEqual(0.5)
    }
  })

  it('halves 720p five times', () => {
    expect(frostedSizes({ width: 1280, height: 720 })).toEqual([
      { width: 640, height: 360 },
      { width: 320, height: 180 },
      { width: 160, height: 90 },
      { width: 80, height: 45 },
      { width: 40, height: 23 },
    ])
  })
})

it('can be imported where there is no page', () => {
  expect(EFFECT_NAMES).toEqual(['frosted', 'ascii'])
})
