import { describe, expect, it } from 'vitest'
import {
  chooseSpatialLayer,
  demandOf,
  LAYER_OFF_DELAY_MS,
  layerSizes,
  maxWantedLayer,
  nextSendState,
  type SendState,
} from '../../server/core/layers.ts'
import { forwardedVoices, nextSpeaker, rankSpeakers } from '../../server/core/speakers.ts'
import type { PeerId } from '../../shared/ids.ts'

const camera = [
  { width: 320, height: 180 },
  { width: 640, height: 360 },
  { width: 1280, height: 720 },
]

describe('the layer for a tile', () => {
  it.each([
    ['a thumbnail', { width: 160, height: 90 }, 0],
    ['just the smallest layer', { width: 320, height: 180 }, 0],
    ['a little more than that', { width: 400, height: 225 }, 0],
    ['too much for the smallest', { width: 420, height: 236 }, 1],
    ['a quarter of a laptop', { width: 640, height: 360 }, 1],
    ['the whole of a laptop', { width: 1280, height: 720 }, 2],
    ['more than there is', { width: 3840, height: 2160 }, 2],
    ['a tall tile, which the picture covers', { width: 200, height: 400 }, 1],
  ])('%s', (_, tile, layer) => {
    expect(chooseSpatialLayer(tile, camera)).toBe(layer)
  })

  it('has the size that the encoding scales the frame down to', () => {
    const encodings = [{ scaleResolutionDownBy: 4 }, { scaleResolutionDownBy: 2 }, {}]
    expect(layerSizes(encodings, { width: 1280, height: 720 })).toEqual(camera)
    expect(layerSizes(encodings)).toEqual(camera)
    expect(layerSizes([{}, {}, {}])).toEqual(camera)
    expect(layerSizes([{ scaleResolutionDownBy: 64 }], { width: 10, height: 10 })).toEqual([{ width: 1, height: 1 }])
  })

  it.each([
    ['three in one stream', { scalabilityMode: 'L3T3_KEY' }, [180, 360, 720]],
    ['the same where a layer depends on the one below', { scalabilityMode: 'L3T3' }, [180, 360, 720]],
    ['two of a picture that is scaled down', { scalabilityMode: 'L2T3_KEY', scaleResolutionDownBy: 2 }, [180, 360]],
    ['two with a smaller step', { scalabilityMode: 'L2T1h' }, [480, 720]],
    ['one, where only frames can be left out', { scalabilityMode: 'L1T3' }, [720]],
    ['one, where nothing is said', {}, [720]],
  ])('may be one of several in one stream: %s', (_, encoding, heights) => {
    expect(layerSizes([encoding], { width: 1280, height: 720 }).map(({ height }) => height)).toEqual(heights)
  })

  it('is the only one where there is one', () => {
    expect(chooseSpatialLayer({ width: 99, height: 99 }, [{ width: 1920, height: 1080 }])).toBe(0)
    expect(chooseSpatialLayer({ width: 99, height: 99 }, [])).toBe(0)
  })
})

describe('what is wanted first when bandwidth is short', () => {
  const priority = (source: 'cam' | 'screen', height: number, rank: { isLargest?: boolean; speaks?: boolean } = {}) => {
    const tile = { source, width: (height * 16) / 9, height }
    return demandOf(tile, { layers: camera, isLargest: false, speaks: false, ...rank }).priority
  }

  it('a screen, then the largest tile, then who speaks, then the others by their size', () => {
    const order = [
      priority('screen', 100),
      priority('cam', 300, { isLargest: true }),
      priority('cam', 90, { speaks: true }),
      priority('cam', 2160),
      priority('cam', 300),
      priority('cam', 90),
    ]
    expect(order).toEqual([...order].sort((a, b) => b - a))
    expect(new Set(order).size).toBe(order.length)
  })

  it('is the largest tile as such, whether or not it speaks', () => {
    expect(priority('cam', 300, { isLargest: true, speaks: true })).toBe(priority('cam', 300, { isLargest: true }))
  })

  it.each([1, 90, 720, 4320])('a screen in a tile %s pixels high, before any camera whatever its size', (height) => {
    const cameras = [1, 90, 720, 4320].flatMap((size) => [
      priority('cam', size),
      priority('cam', size, { isLargest: true }),
    ])
    expect(priority('screen', height)).toBeGreaterThan(Math.max(...cameras))
  })

  it('fewer frames for a tile that is hardly more than a dot, and in five rows on a laptop', () => {
    const frames = (height: number) =>
      demandOf({ source: 'cam', width: 100, height }, { layers: camera, isLargest: false, speaks: false }).temporalLayer
    expect([frames(90), frames(131), frames(180)]).toEqual([1, 1, 2])
  })
})

describe('what a publisher sends', () => {
  it.each([
    ['nobody looks', [], -1],
    ['one looks', [1], 1],
    ['the most demanding counts', [0, 2, 1], 2],
  ])('%s', (_, demands, wanted) => {
    expect(maxWantedLayer(demands)).toBe(wanted)
  })

  /** Feeds `[time, wanted]` steps and returns what the publisher was told after each. */
  const tell = (...steps: [now: number, wanted: number][]) => {
    let state: SendState = { told: 2, lessSince: undefined }
    return steps.map(([now, wanted]) => {
      state = nextSendState(state, wanted, now).state
      return state.told
    })
  }

  it('goes up at once and down after a while', () => {
    expect(tell([0, 0], [LAYER_OFF_DELAY_MS - 1, 0], [LAYER_OFF_DELAY_MS, 0], [LAYER_OFF_DELAY_MS + 1, 2])).toEqual([
      2, 2, 0, 2,
    ])
  })

  it('stays where it is when more is wanted again in between', () => {
    expect(
      tell([0, -1], [2000, 2], [3000, -1], [LAYER_OFF_DELAY_MS + 2999, -1], [LAYER_OFF_DELAY_MS + 3000, -1]),
    ).toEqual([2, 2, 2, 2, -1])
  })

  it('says when to ask again', () => {
    expect(nextSendState({ told: 2, lessSince: 1000 }, 0, 1500).askAgainMs).toBe(LAYER_OFF_DELAY_MS - 500)
    expect(nextSendState({ told: 1, lessSince: undefined }, 1, 0).askAgainMs).toBeUndefined()
  })
})

describe('who has the floor', () => {
  it.each([
    ['nobody has spoken', undefined, '', undefined],
    ['the loudest of the first to speak', undefined, 'ab', 'a'],
    ['who has it keeps it while speaking, however loud another is', 'b', 'ab', 'b'],
    ['who has it keeps it in silence', 'b', '', 'b'],
    ['it passes on when another speaks alone', 'b', 'a', 'a'],
  ])('%s', (_, before, speaking, expected) => {
    expect(nextSpeaker(before as PeerId | undefined, [...speaking] as PeerId[])).toBe(expected)
  })
})

describe('whose voice is forwarded', () => {
  const limits = { allUpTo: 3, forwarded: 3 }
  const people = (text: string) => [...text] as PeerId[]
  const rank = (recent: string, speaking: string) => rankSpeakers(people(recent), people(speaking), limits).join('')

  it.each([
    ['nobody has spoken yet', '', 'a', 'a'],
    ['silence changes nothing', 'abc', '', 'abc'],
    ['who is forwarded already stays in place', 'abcd', 'cb', 'abcd'],
    ['a newcomer comes first, the longest silent one goes', 'abcd', 'd', 'dabc'],
    ['those who speak are kept before those who do not', 'abcd', 'dc', 'dcab'],
    ['two newcomers at once', 'abcde', 'ed', 'edabc'],
    ['more than can be forwarded: the loudest', 'abc', 'xyzw', 'xyzabc'],
  ])('%s', (_, recent, speaking, expected) => {
    expect(rank(recent, speaking)).toBe(expected)
  })

  it('everyone up to the limit, above it the last speakers', () => {
    expect(forwardedVoices(3, people('abcd'), limits)).toBeUndefined()
    expect(forwardedVoices(4, people('abcd'), limits)).toEqual(new Set(people('abc')))
  })
})
