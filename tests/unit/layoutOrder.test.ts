import { describe, expect, it } from 'vitest'
import { effectiveMode } from '../../client/ui/layout/effectiveMode.ts'
import { fitOf } from '../../client/ui/layout/fitOf.ts'
import { type Held, HOLD_MS, holdSpeaker, NOBODY, TALKING_HOLD_MS } from '../../client/ui/layout/holdSpeaker.ts'
import type { LayoutTile } from '../../client/ui/layout/layout.ts'
import { type Direction, neighbourOf } from '../../client/ui/layout/neighbour.ts'
import { arrange, bringForward, moveBy, moveTo } from '../../client/ui/layout/tileOrder.ts'
import type { PeerId } from '../../shared/ids.ts'

const ids = (text: string) => [...text] as PeerId[]
const everyone = ids('abc')
const held = (peerId: string, since: number): Held => ({ peerId: peerId as PeerId, since })

describe('the speaker that is looked at', () => {
  it.each<[string, Held, PeerId[], number, string | undefined]>([
    ['nobody, while all are silent', NOBODY, [], 0, undefined],
    ['the first to speak, at once', NOBODY, ids('b'), 0, 'b'],
    ['the loudest of several', NOBODY, ids('cb'), 0, 'c'],
    ['the same in silence, however long', held('a', 0), [], 1e6, 'a'],
    ['the same for less than the hold', held('a', 0), ids('b'), HOLD_MS - 1, 'a'],
    ['the next one after the hold', held('a', 0), ids('b'), HOLD_MS, 'b'],
    ['who still talks, though another is louder', held('a', 0), ids('ba'), HOLD_MS, 'a'],
    ['the louder one in the long run', held('a', 0), ids('ba'), TALKING_HOLD_MS, 'b'],
    ['the same when loudest again', held('a', 0), ids('ab'), 1e6, 'a'],
    ['the next one at once when the other has gone', held('x', 0), ids('b'), 1, 'b'],
    ['nobody when the other has gone in silence', held('x', 0), [], 1, undefined],
    ['nobody who is not there', NOBODY, ids('x'), 0, undefined],
  ])('is %s', (_, before, speakers, now, expected) => {
    expect(holdSpeaker(before, speakers, everyone, now).peerId).toBe(expected)
  })

  it('is looked at again exactly when the hold is over', () => {
    expect(holdSpeaker(held('a', 100), ids('b'), everyone, 200).lookAgainAt).toBe(100 + HOLD_MS)
    expect(holdSpeaker(held('a', 100), ids('a'), everyone, 200).lookAgainAt).toBeUndefined()
  })

  it('changes at most once in each hold, however people talk over each other', () => {
    let now = 0
    let at = NOBODY
    let changes = 0
    for (; now < 60_000; now += 100) {
      const next = holdSpeaker(at, ids(['ab', 'ba', 'c', ''][Math.floor(now / 100) % 4] ?? ''), everyone, now)
      if (next.peerId !== at.peerId) changes++
      at = next
    }
    expect(changes).toBeLessThanOrEqual(60_000 / HOLD_MS)
  })
})

describe('the order of tiles', () => {
  it.each([
    ['as they came', 'abc', '', 'abc'],
    ['as they were put', 'abc', 'cab', 'cab'],
    ['new ones last', 'abcd', 'cb', 'cbad'],
    ['without those that have gone', 'ab', 'xbya', 'ba'],
  ])('is %s', (_, keys, order, expected) => {
    expect(arrange([...keys], [...order]).join('')).toBe(expected)
  })

  it.each([
    ['abcd', 'a', 'c', 'bcad'],
    ['abcd', 'd', 'b', 'adbc'],
    ['abcd', 'b', 'b', 'abcd'],
    ['abcd', 'b', 'x', 'abcd'],
    ['abcd', 'x', 'b', 'abcd'],
  ])('%s: %s goes where %s is', (keys, key, target, expected) => {
    expect(moveTo([...keys], key, target).join('')).toBe(expected)
  })

  it.each([
    ['b', 1, 'acbd'],
    ['b', -1, 'bacd'],
    ['a', -1, 'abcd'],
    ['d', 1, 'abcd'],
  ])('%s goes %i further', (key, step, expected) => {
    expect(moveBy([...'abcd'], key, step).join('')).toBe(expected)
  })

  it.each<[string, string, number, string, Record<string, number>, string]>([
    ['nothing in front', 'b', 3, '', {}, 'abcdef'],
    ['the last one that never spoke', 'e', 3, '', {}, 'abedcf'],
    ['the one that was silent for longest', 'f', 3, '', { a: 5, b: 1, c: 9 }, 'afcdeb'],
    ['none that is fixed', 'f', 3, 'bc', { a: 5 }, 'fbcdea'],
    ['nothing if all are fixed', 'f', 3, 'abc', {}, 'abcdef'],
  ])('from a later page who speaks replaces %s', (_, key, perPage, fixed, lastSpoke, expected) => {
    const spoke = new Map(Object.entries(lastSpoke))
    expect(bringForward([...'abcdef'], key, perPage, new Set(fixed), spoke).join('')).toBe(expected)
  })
})

describe('the mode', () => {
  const cam: LayoutTile = { key: 'a', kind: 'cam' }
  const pinned: LayoutTile = { key: 'b', kind: 'cam', pinned: true }
  const screen: LayoutTile = { key: 'c', kind: 'screen' }
  it.each<[string, Parameters<typeof effectiveMode>[0], LayoutTile[], string]>([
    ['is a grid by itself', 'auto', [cam, cam], 'grid'],
    ['shows a shared screen by itself', 'auto', [screen, cam], 'screen'],
    ['shows what is pinned', 'auto', [cam, pinned], 'speaker'],
    ['shows what is pinned in a grid too', 'grid', [cam, pinned], 'speaker'],
    ['is the grid that was chosen, with a screen', 'grid', [screen, cam], 'grid'],
    ['is the speaker that was chosen', 'speaker', [screen, cam], 'speaker'],
    ['is side by side as chosen', 'sideBySide', [cam, pinned], 'sideBySide'],
    ['keeps the speaker beside a screen that is pinned', 'auto', [{ ...screen, pinned: true }, cam], 'screen'],
  ])('%s', (_, choice, tiles, expected) => {
    expect(effectiveMode(choice, tiles)).toBe(expected)
  })
})

it.each<[string, 'cam' | 'screen', number | undefined, number, 'cover' | 'contain']>([
  ['a camera fills its tile', 'cam', 16 / 9, 4 / 3, 'cover'],
  ['a camera held upright fills an upright tile', 'cam', 9 / 16, 3 / 4, 'cover'],
  ['a camera held upright is whole in a lying tile', 'cam', 9 / 16, 16 / 9, 'contain'],
  ['a camera that has not come fills', 'cam', undefined, 1, 'cover'],
  ['a screen is whole', 'screen', 16 / 9, 4 / 3, 'contain'],
  ['a screen fills what has its shape', 'screen', 16 / 9, 1.78, 'cover'],
  ['a screen that has not come is whole', 'screen', undefined, 16 / 9, 'contain'],
])('%s', (_, kind, aspect, space, expected) => {
  expect(fitOf(kind, aspect, { width: space * 1000, height: 1000 })).toBe(expected)
})

describe('arrow keys', () => {
  const at = (x: number, y: number, width = 100, height = 60) => ({ x, y, width, height })
  const [a, b, c, d, e] = [at(0, 0), at(110, 0), at(220, 0), at(55, 70), at(165, 70)]
  const all = [a, b, c, d, e]
  it.each<[string, ReturnType<typeof at>, Direction, ReturnType<typeof at> | undefined]>([
    ['right', a, 'right', b],
    ['not around the corner', c, 'right', undefined],
    ['left', e, 'left', d],
    ['down to the nearest', c, 'down', e],
    ['up', d, 'up', a],
    ['nowhere at the edge', b, 'up', undefined],
  ])('lead %s', (_, from, direction, expected) => {
    expect(neighbourOf(all, from, direction)).toBe(expected)
  })
})
