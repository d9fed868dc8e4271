import { describe, expect, it } from 'vitest'
import {
  type GridLayout,
  type GridOptions,
  gridLayout,
  gridOptionsFor,
  type Rectangle,
  type Size,
} from '../../client/ui/layout/gridLayout.ts'

/** The area of the tiles on these screens: what the window leaves beside the control bar. */
const SCREENS = {
  'laptop 1280 × 720': { width: 1256, height: 628 },
  'desktop 1920 × 1080': { width: 1896, height: 988 },
  'wide 3440 × 1440': { width: 3416, height: 1348 },
  'tablet 820 × 1180': { width: 796, height: 1088 },
  'telephone upright': { width: 374, height: 676 },
  'telephone on its side': { width: 764, height: 300 },
  'a small window': { width: 300, height: 200 },
} as const satisfies Record<string, Size>

const COUNTS = Array.from({ length: 50 }, (_, index) => index + 1)

describe.each(Object.entries(SCREENS))('the grid on %s', (_name, container) => {
  const options = gridOptionsFor(container)

  it('lays out 1 to 50 tiles without overlap, inside, alike and in shape', () => {
    for (const count of COUNTS) {
      for (const { rectangles } of allPages(container, count, options)) {
        expect(overlaps(rectangles), `${count} tiles`).toEqual([])
        for (const tile of rectangles) {
          expectInside(tile, container)
          expectInShape(tile, options)
          expect([tile.width, tile.height]).toEqual([rectangles[0]?.width, rectangles[0]?.height])
        }
      }
    }
  })

  it('shows each tile on exactly one page', () => {
    for (const count of COUNTS) {
      const shown = allPages(container, count, options).flatMap(({ first, rectangles }) =>
        rectangles.map((_, index) => first + index),
      )
      expect(shown).toEqual(Array.from({ length: count }, (_, index) => index))
    }
  })

  it('keeps tiles readable and pages full', () => {
    for (const count of COUNTS) {
      const pages = allPages(container, count, options)
      const perPage = pages[0]?.rectangles.length ?? 0
      for (const { rectangles } of pages.slice(0, -1)) expect(rectangles).toHaveLength(perPage)
      if (perPage > 1) expect(pages[0]?.rectangles[0]?.width).toBeGreaterThanOrEqual(options.minWidth)
      expect(perPage).toBeLessThanOrEqual(options.maxPerPage)
    }
  })

  it('never makes tiles larger when there are more of them on the page', () => {
    const areas = COUNTS.map((count) => gridLayout(container, count, options))
      .filter(({ pageCount }) => pageCount === 1)
      .map(({ rectangles: [tile] }) => (tile ? tile.width * tile.height : 0))
    for (const [index, area] of areas.entries()) expect(area).toBeLessThanOrEqual(areas[index - 1] ?? Infinity)
  })
})

it('uses most of the area: printed for each screen', () => {
  for (const [name, container] of Object.entries(SCREENS)) {
    const options = gridOptionsFor(container)
    const shares = COUNTS.map((count) => gridLayout(container, count, options))
      .filter(({ pageCount }) => pageCount === 1)
      .map(({ rectangles }) => usedShare(rectangles, container))
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
    console.info(
      `${name}: up to ${shares.length} on a page, area used ${percent(mean)} (least ${percent(Math.min(...shares))})`,
    )
    expect(mean).toBeGreaterThan(0.7)
    expect(Math.min(...shares)).toBeGreaterThan(0.5)
  }
})

it('gives the last page when fewer are left than the one asked for', () => {
  const options: GridOptions = { gap: 0, minAspect: 1, maxAspect: 1, minWidth: 100, maxPerPage: 4 }
  expect(gridLayout({ width: 200, height: 200 }, 5, options, 9)).toMatchObject({ page: 1, pageCount: 2, first: 4 })
  expect(gridLayout({ width: 200, height: 200 }, 3, options, 9)).toMatchObject({ page: 0, pageCount: 1, first: 0 })
})

it.each([
  [{ width: 0, height: 0 }, 3],
  [{ width: 500, height: 0 }, 3],
  [{ width: 500, height: 300 }, 0],
])('has nothing to place in %o for %i', (container, count) => {
  expect(gridLayout(container, count, gridOptionsFor(container)).rectangles).toEqual([])
})

it('centres the last row', () => {
  const options: GridOptions = { gap: 0, minAspect: 1, maxAspect: 1, minWidth: 10, maxPerPage: 50 }
  const { rectangles } = gridLayout({ width: 300, height: 200 }, 5, options)
  expect(rectangles.map(({ x, y }) => [x, y])).toEqual([
    [0, 0],
    [100, 0],
    [200, 0],
    [50, 100],
    [150, 100],
  ])
})

function allPages(container: Size, count: number, options: GridOptions): GridLayout[] {
  const { pageCount } = gridLayout(container, count, options)
  return Array.from({ length: pageCount }, (_, page) => gridLayout(container, count, options, page))
}

function overlaps(tiles: readonly Rectangle[]): [Rectangle, Rectangle][] {
  return tiles.flatMap((a, index) =>
    tiles
      .slice(index + 1)
      .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
      .map((b): [Rectangle, Rectangle] => [a, b]),
  )
}

function expectInside({ x, y, width, height }: Rectangle, container: Size): void {
  expect(x).toBeGreaterThanOrEqual(0)
  expect(y).toBeGreaterThanOrEqual(0)
  expect(x + width).toBeLessThanOrEqual(container.width)
  expect(y + height).toBeLessThanOrEqual(container.height)
}

/** Whole pixels may miss the ratio by one. */
function expectInShape({ width, height }: Rectangle, { minAspect, maxAspect }: GridOptions): void {
  expect((width + 1) / height).toBeGreaterThanOrEqual(minAspect)
  expect(width / (height + 1)).toBeLessThanOrEqual(maxAspect)
}

const usedShare = (tiles: readonly Rectangle[], { width, height }: Size) =>
  tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0) / (width * height)

const percent = (share: number) => `${Math.round(share * 100)} %`
