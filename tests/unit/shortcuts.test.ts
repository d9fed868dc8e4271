import { describe, expect, it } from 'vitest'
import { HELP_ANYWHERE, HELP_IN_TILE, LETTERS, TILE_LETTERS } from '../../client/ui/model/shortcutTable.ts'

describe('the help', () => {
  it('lists every key that does something, each once', () => {
    const listed = [...HELP_ANYWHERE, ...HELP_IN_TILE].map(({ keys }) =>
      keys.map((key) => (typeof key === 'string' ? key.toLowerCase() : key.named)).join(' '),
    )
    expect(new Set(listed).size).toBe(listed.length)
    expect(listed).toEqual(expect.arrayContaining([...Object.keys(LETTERS), ...Object.keys(TILE_LETTERS)]))
  })
})
