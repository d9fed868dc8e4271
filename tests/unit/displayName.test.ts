import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { cleanName, hueOf, initialsOf } from '../../client/ui/model/displayName.ts'
import { DisplayNameSchema } from '../../shared/ids.ts'

const schema = Compile(DisplayNameSchema)

describe('a name that a person typed', () => {
  it.each([
    ['Ana Lima', 'Ana Lima'],
    ['  Ana \t Lima\n', 'Ana Lima'],
    ['A\u202Enna\u200E', 'A nna'],
    ['👩‍👧 Kim', '👩‍👧 Kim'],
    ['\u200B\u200D \u2063', ''],
    ['   ', ''],
    ['x'.repeat(100), 'x'.repeat(64)],
    [`${'x'.repeat(63)}👋`, 'x'.repeat(63)],
  ])('%o becomes %o', (typed, expected) => {
    expect(cleanName(typed)).toBe(expected)
  })

  it.each(['Ana', 'A\u202Enna\u2066', '\u2065x\u00AD', '👩‍👧', '김민준', 'محمد', 'x'.repeat(500), '\u0000a\u009f'])(
    'is one that the contract takes: %o',
    (typed) => {
      expect(schema.Check(cleanName(typed))).toBe(true)
    },
  )
})

it.each([
  ['Ana Lima', 'AL'],
  ['Zoë van den Heuvel', 'ZH'],
  ['björn', 'B'],
  ['김민준', '김'],
  ['👩‍👧 Kim', '👩‍👧K'],
  ['', ''],
])('the initials of %o are %o', (name, initials) => {
  expect(initialsOf(name)).toBe(initials)
})

it('gives the same person the same colour', () => {
  expect(hueOf('Ana')).toBe(hueOf('Ana'))
  expect(new Set(['Ana', 'Ben', 'Cho', 'Dewi', 'Eve'].map(hueOf)).size).toBe(5)
})
