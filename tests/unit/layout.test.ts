import { describe, expect, it } from 'vitest'
import type { Rectangle, Size } from '../../client/ui/layout/gridLayout.ts'
import { type Layout, type LayoutTile, layout, MODES, type Mode, mainOf } from '../../client/ui/layout/layout.ts'

/** The stage on these screens: what the window leaves beside the control bar. */
const SCREENS = {
  'laptop 1280 × 720': { width: 1256, height: 628 },
  'desktop 1920 × 1080': { width: 1896, height: 988 },
  'tablet 820 × 1180': { width: 796, height: 1088 },
  'telephone upright': { width: 374, height: 676 },
  'telephone on its side': { width: 828, height: 374 },
} as const satisfies Record<string, Size>

const COUNTS = Array.from({ length: 50 }, (_, index) => index + 1)
const SHAPES = [16 / 9, 4 / 3, 21 / 9, 9 / 16]

/** As many tiles as said; where the mode is about a screen, the first is one. */
function tilesFor(mode: Mode, count: number, aspect = 16 / 9): LayoutTile[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `tile-${index}`,
    kind: index === 0 && (mode === 'screen' || mode === 'sideBySide') ? 'screen' : 'cam',
    self: index === 1,
    speaking: index === Math.min(2, count - 1),
    aspect,
  }))
}

describe.each(MODES)('the layout `%s`', (mode) => {
  describe.each(Object.entries(SCREENS))('on %s', (_name, container) => {
    it('lays out 1 to 50 tiles without overlap, inside, in shape, in whole pixels', () => {
      for (const count of COUNTS) {
        for (const aspect of SHAPES) {
          const tiles = tilesFor(mode, count, aspect)
          for (const { places, pager } of allPages(tiles, container, mode)) {
            const all = pager ? [...places, pager] : places
            expect(overlaps(all), `${count} tiles`).toEqual([])
            for (const place of all) expectInside(place, container)
            for (const place of places) expectInShape(place, tiles, mode)
          }
        }
      }
    })

    it('shows each tile: the large ones on every page, the others on one', () => {
      for (const count of COUNTS) {
        const tiles = tilesFor(mode, count)
        const pages = allPages(tiles, container, mode)
        const taken = pages.flatMap(({ places }) => places.filter(({ role }) => role === 'tile').map(({ key }) => key))
        expect(new Set(taken).size).toBe(taken.length)
        const fixed = new Set(pages.flatMap(({ places }) => places.flatMap((p) => (p.role === 'tile' ? [] : [p.key]))))
        expect(taken.length + fixed.size).toBe(count)
        for (const { places } of pages) expect(places.filter(({ role }) => role !== 'tile')).toHaveLength(fixed.size)
      }
    })

    it('makes what is large the largest', () => {
      for (const count of COUNTS.slice(1)) {
        const { places } = layout(tilesFor(mode, count), container, mode)
        const main = places.filter(({ role }) => role === 'main').map(areaOf)
        const rest = places.filter(({ role }) => role !== 'main').map(areaOf)
        if (main.length > 0) expect(Math.min(...main), `${count} tiles`).toBeGreaterThanOrEqual(Math.max(...rest))
      }
    })
  })
})

it('uses the stage well: printed for each mode and screen', () => {
  const table = MODES.flatMap((mode) =>
    Object.entries(SCREENS).map(([screen, container]) => {
      const results = COUNTS.map((count) => layout(tilesFor(mode, count), container, mode))
      const shares = results.map(({ places }) => usedShare(places, container))
      const main = results.slice(2).map(({ places }) =>
        usedShare(
          places.filter(({ role }) => role === 'main'),
          container,
        ),
      )
      return {
        mode,
        screen,
        mean: percent(mean(shares)),
        least: percent(Math.min(...shares)),
        'large tile': main.some((share) => share > 0) ? percent(mean(main)) : '–',
        'on a page': results.at(-1)?.perPage,
      }
    }),
  )
  console.table(table)
  for (const { mode, screen, mean, least } of table) {
    expect(Number.parseInt(mean, 10), `${mode}, ${screen}`).toBeGreaterThanOrEqual(58)
    expect(Number.parseInt(least, 10), `${mode}, ${screen}`).toBeGreaterThanOrEqual(30)
  }
})

describe('what is large', () => {
  const me: LayoutTile = { key: 'me', kind: 'cam', self: true }
  const ana: LayoutTile = { key: 'ana', kind: 'cam' }
  const ben: LayoutTile = { key: 'ben', kind: 'cam', speaking: true }
  const screen: LayoutTile = { key: 'screen', kind: 'screen' }
  const pinned: LayoutTile = { key: 'pinned', kind: 'cam', pinned: true }
  it.each<[string, Mode, LayoutTile[], string[]]>([
    ['nothing in a grid', 'grid', [screen, me, ana, pinned], []],
    ['who speaks', 'speaker', [me, ana, ben], ['ben']],
    ['another before oneself', 'speaker', [me, ana], ['ana']],
    ['oneself, alone', 'speaker', [me], ['me']],
    ['who speaks, even beside a screen, if asked for', 'speaker', [screen, me, ben], ['ben']],
    ['the screen', 'screen', [screen, me, ben], ['screen']],
    ['who speaks, without a screen', 'sideBySide', [me, ana, ben], ['ben']],
    ['what is pinned, before all', 'screen', [screen, me, ben, pinned], ['pinned']],
    ['several that are pinned', 'speaker', [me, pinned, { ...ana, pinned: true }], ['pinned', 'ana']],
  ])('is %s (%s)', (_, mode, tiles, expected) => {
    expect(mainOf(tiles, mode).map(({ key }) => key)).toEqual(expected)
  })
})

describe('two people', () => {
  const two = (aspect: number): LayoutTile[] => [
    { key: 'me', kind: 'cam', self: true, aspect },
    { key: 'ana', kind: 'cam', speaking: true, aspect },
  ]
  const sizes = (mode: Mode, aspect: number, screen: keyof typeof SCREENS) =>
    layout(two(aspect), SCREENS[screen], mode).places.map(({ width, height }) => ({ width, height }))

  it('have equal halves side by side', () => {
    for (const screen of Object.keys(SCREENS) as (keyof typeof SCREENS)[]) {
      const [me, ana] = sizes('sideBySide', 16 / 9, screen)
      expect(me).toEqual(ana)
    }
  })

  it('show two thirds of a lying picture at least, and fill an upright window where theirs are upright', () => {
    for (const screen of Object.keys(SCREENS) as (keyof typeof SCREENS)[])
      for (const { width, height } of sizes('grid', 16 / 9, screen))
        expect((width + 1) / height / (16 / 9)).toBeGreaterThan(0.66)
    const [upright] = sizes('grid', 9 / 16, 'telephone upright')
    expect(upright?.height).toBe(335)
  })
})

it('goes to the last page when there are fewer', () => {
  const few = layout(tilesFor('grid', 3), SCREENS['telephone upright'], 'grid', 7)
  expect(few).toMatchObject({ page: 0, pageCount: 1, pager: undefined })
})

it.each<[Size, number]>([
  [{ width: 0, height: 0 }, 3],
  [{ width: 400, height: 300 }, 0],
])('has nothing to place in %o for %i', (container, count) => {
  expect(layout(tilesFor('speaker', count), container, 'speaker').places).toEqual([])
})

it.each([40, 120, 250])('survives a window of %i pixels', (side) => {
  for (const mode of MODES)
    for (const count of [1, 2, 3, 12]) {
      const { places } = layout(tilesFor(mode, count), { width: side, height: side }, mode)
      for (const { width, height } of places) expect(Math.min(width, height)).toBeGreaterThanOrEqual(1)
    }
})

function allPages(tiles: readonly LayoutTile[], container: Size, mode: Mode): Layout[] {
  const { pageCount } = layout(tiles, container, mode)
  return Array.from({ length: pageCount }, (_, page) => layout(tiles, container, mode, page))
}

function overlaps(all: readonly Rectangle[]): [Rectangle, Rectangle][] {
  return all.flatMap((a, index) =>
    all
      .slice(index + 1)
      .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
      .map((b): [Rectangle, Rectangle] => [a, b]),
  )
}

function expectInside({ x, y, width, height }: Rectangle, container: Size): void {
  for (const value of [x, y, width, height]) expect(Number.isInteger(value)).toBe(true)
  expect(Math.min(x, y)).toBeGreaterThanOrEqual(0)
  expect(x + width).toBeLessThanOrEqual(container.width)
  expect(y + height).toBeLessThanOrEqual(container.height)
}

/** A large screen has its own shape, everything else one between upright and wide; whole pixels may miss by one. */
function expectInShape(place: Layout['places'][number], tiles: readonly LayoutTile[], mode: Mode): void {
  const tile = tiles.find(({ key }) => key === place.key)
  const own = place.role === 'main' && tile?.kind === 'screen' && mode !== 'grid' ? tile.aspect : undefined
  expect((place.width + 1) / place.height).toBeGreaterThanOrEqual(own ?? 3 / 4)
  expect(place.width / (place.height + 1)).toBeLessThanOrEqual(own ?? 16 / 9)
}

const areaOf = ({ width, height }: Size) => width * height
const usedShare = (all: readonly Rectangle[], container: Size) =>
  all.reduce((sum, each) => sum + areaOf(each), 0) / areaOf(container)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const percent = (share: number) => `${Math.round(share * 100)} %`
