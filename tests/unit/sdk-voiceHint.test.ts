import { describe, expect, it } from 'vitest'
import { hintsAreOfUse, nextHint, SILENT } from '../../client/sdk/voiceHint.ts'

const STEP_MS = 100

/** One sign for 100 ms: `#` loud, `.` quiet; answers `1` where a hint is sent. */
const hints = (sound: string) => {
  let state = SILENT
  return [...sound]
    .map((sign, at) => {
      const next = nextHint(state, sign === '#' ? 0.6 : 0.2, at * STEP_MS)
      state = next.state
      return next.hint ? '1' : '0'
    })
    .join('')
}

describe('a hint', () => {
  it.each([
    { what: 'comes with the second loud reading', sound: '..####', expected: '000100' },
    {
      what: 'comes once, however long somebody speaks',
      sound: '####################',
      expected: '01000000000000000000',
    },
    {
      what: 'does not come for a key that is struck',
      sound: '#......#......#......',
      expected: '000000000000000000000',
    },
    { what: 'does not come again within a sentence', sound: '####...#########', expected: '0100000000000000' },
    { what: 'comes again after a silence', sound: '####..........###', expected: '01000000000000010' },
    { what: 'comes at most once a second', sound: '##.....##.....####', expected: '010000000000000100' },
    { what: 'is made good as soon as a second is over', sound: '##.....#####.', expected: '0100000000010' },
  ])('$what', ({ sound, expected }) => {
    expect(hints(sound)).toBe(expected)
  })
})

describe('listening for it', () => {
  const crowded = { connected: true, ownMicOn: true, openMicrophones: 13, allVoicesUpTo: 12 }
  it.each([
    { what: 'is of use where voices are chosen', situation: crowded, expected: true },
    { what: 'is none where everyone is forwarded', situation: { ...crowded, openMicrophones: 12 }, expected: false },
    { what: 'is none while muted', situation: { ...crowded, ownMicOn: false }, expected: false },
    { what: 'is none without a connection', situation: { ...crowded, connected: false }, expected: false },
  ])('$what', ({ situation, expected }) => {
    expect(hintsAreOfUse(situation)).toBe(expected)
  })
})
