import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ViewportReporter } from '../../client/sdk/ViewportReporter.ts'
import { normalizeTiles, sameTiles } from '../../client/sdk/viewport.ts'
import type { PeerId } from '../../shared/ids.ts'
import type { Tile } from '../../shared/requests.ts'

const tile = (peer: string, width = 320, height = 180, source: Tile['source'] = 'cam'): Tile => ({
  peerId: peer as PeerId,
  source,
  width,
  height,
})

describe('a list of tiles', () => {
  it.each([
    { given: [100.4, 50.6], becomes: [100, 51] },
    { given: [-3, Number.NaN], becomes: [0, 0] },
    { given: [99_999, Number.POSITIVE_INFINITY], becomes: [16_384, 16_384] },
  ])('$given becomes $becomes', ({ given: [width, height], becomes: [w, h] }) => {
    expect(normalizeTiles([tile('a', width, height)])).toEqual([tile('a', w, h)])
  })

  it('holds each picture once, at its largest, in an order of its own', () => {
    const tiles = normalizeTiles([tile('b'), tile('a', 100, 100), tile('a', 640, 360), tile('a', 9, 9, 'screen')])
    expect(tiles).toEqual([tile('a', 640, 360), tile('a', 9, 9, 'screen'), tile('b')])
    expect(sameTiles(tiles, normalizeTiles([...tiles].reverse()))).toBe(true)
  })

  it('holds at most a hundred, the largest', () => {
    const tiles = normalizeTiles(Array.from({ length: 150 }, (_, index) => tile(`p${index}`, index, 10)))
    expect(tiles).toHaveLength(100)
    expect(Math.min(...tiles.map(({ width }) => width))).toBe(50)
  })

  it('is different when anything is', () => {
    expect(sameTiles([tile('a')], [tile('a')])).toBe(true)
    expect(sameTiles([tile('a')], [])).toBe(false)
    expect(sameTiles([tile('a')], [tile('b')])).toBe(false)
    expect(sameTiles([tile('a')], [tile('a', 321)])).toBe(false)
    expect(sameTiles([tile('a')], [tile('a', 320, 180, 'screen')])).toBe(false)
  })
})

describe('reports of what is on screen', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  const started = (sent: readonly Tile[] | undefined, outcome: () => Promise<unknown> = async () => {}) => {
    const reports: (readonly Tile[])[] = []
    const reporter = new ViewportReporter()
    if (sent) reporter.report(sent)
    reporter.start(sent, (tiles) => {
      reports.push(tiles)
      return outcome()
    })
    return { reporter, widths: () => reports.map((tiles) => tiles.map(({ width }) => width)) }
  }

  it('go out at once, then once for each interval, the last one always', () => {
    const { reporter, widths } = started(undefined)
    for (const width of [1, 2, 3]) reporter.report([tile('a', width)])
    expect(widths()).toEqual([[1]])
    vi.advanceTimersByTime(200)
    expect(widths()).toEqual([[1], [3]])
    reporter.report([tile('a', 4)])
    vi.advanceTimersByTime(1000)
    expect(widths()).toEqual([[1], [3], [4]])
  })

  it('are left out when nothing changed, also since the join', () => {
    const { reporter, widths } = started([tile('a', 1)])
    reporter.report([tile('a', 1)])
    vi.advanceTimersByTime(1000)
    expect(widths()).toEqual([])
    reporter.report([])
    reporter.report([tile('a', 2)])
    expect(widths()).toEqual([[]])
    vi.advanceTimersByTime(200)
    expect(widths()).toEqual([[], [2]])
  })

  it('are kept for the next session while there is none', () => {
    const { reporter, widths } = started([tile('a', 1)])
    reporter.stop()
    reporter.report([tile('a', 2)])
    vi.advanceTimersByTime(1000)
    expect(widths()).toEqual([])
    expect(reporter.tiles).toEqual([tile('a', 2)])
  })

  it('are sent when the join was on its way with an older one', () => {
    const reporter = new ViewportReporter()
    reporter.report([tile('a', 1)])
    const joinedWith = reporter.tiles
    reporter.report([tile('a', 2)])
    const send = vi.fn(async () => {})
    reporter.start(joinedWith, send)
    expect(send).toHaveBeenCalledWith([tile('a', 2)])
  })

  it('are sent again after a failure, even the same', async () => {
    const { reporter, widths } = started(undefined, () => Promise.reject(new Error('refused')))
    reporter.report([tile('a', 1)])
    await vi.advanceTimersByTimeAsync(200)
    reporter.report([tile('a', 1)])
    expect(widths()).toEqual([[1], [1]])
  })
})
