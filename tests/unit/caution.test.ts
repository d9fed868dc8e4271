import { describe, expect, it } from 'vitest'
import { hasShrunk, type LineUse, nextCaution, type Shrunk } from '../../server/core/caution.ts'

describe('a picture has shrunk', () => {
  it.each<[string, number | undefined, number | undefined, number, boolean]>([
    ['when its layer is lower than before, and it is wanted as large', 2, 1, 2, true],
    ['when it was on its way to a larger one', 1, 0, 2, true],
    ['not when it grows', 0, 1, 2, false],
    ['not when no larger one is wanted', 2, 0, 0, false],
    ['not when it begins', undefined, 0, 2, false],
    ['not when it ends', 1, undefined, 2, false],
  ])('%s', (_, before, now, preferred, expected) => {
    expect(hasShrunk(before, now, preferred)).toBe(expected)
  })
})

describe('look for look, one a second, is a picture that has shrunk', () => {
  /** `r`: to be released; `.`: looked at further; `-`: forgotten. */
  const looks = (samples: readonly Partial<LineUse>[]): string => {
    let shrunk: Shrunk | undefined = { sinceMs: 500, ampleLooks: 0 }
    let seen = ''
    for (const [second, sample] of samples.entries()) {
      if (!shrunk) break
      const next = nextCaution(shrunk, { atMs: 1000 * (second + 1), estimate: 2000, sent: 1000, loss: 0, ...sample })
      shrunk = next.state
      seen += next.release ? 'r' : shrunk ? '.' : '-'
    }
    return seen
  }
  const narrow = { estimate: 1999 }
  it.each<[string, Partial<LineUse>[], string]>([
    ['released at the second look that finds room', [{}, {}, {}], '.r'],
    ['left alone while the line is narrow', [narrow, narrow, {}, {}], '...r'],
    ['left alone while packets are lost', [{ loss: 0.03 }, { loss: 0.03 }, {}, {}], '...r'],
    ['left alone until two looks in a row find room', [{}, narrow, {}, narrow, {}, {}], '.....r'],
    ['forgotten when the worker has forgotten it', Array.from({ length: 12 }, () => narrow), '..........-'],
  ])('%s', (_, samples, expected) => {
    expect(looks(samples)).toBe(expected)
  })
})
