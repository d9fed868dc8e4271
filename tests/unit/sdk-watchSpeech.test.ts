import { describe, expect, it } from 'vitest'
import { nextSpeech, SILENCE } from '../../client/sdk/watchSpeech.ts'

const STEP_MS = 50
const LEVELS: Readonly<Record<string, number>> = { '#': 0.6, '-': 0.4, '.': 0.1 }

/** One sign for 50 ms: `#` loud, `-` in between, `.` quiet; answers `1` while somebody speaks. */
const heard = (sound: string, stepMs = STEP_MS) => {
  let state = SILENCE
  return [...sound]
    .map((sign) => {
      state = nextSpeech(state, LEVELS[sign] ?? 0, stepMs)
      return state.speaking ? '1' : '0'
    })
    .join('')
}

describe('speech', () => {
  it.each([
    { what: 'begins after a third of a second', sound: '########', expected: '00000111' },
    { what: 'is built of syllables', sound: '####.###..', expected: '0000000111' },
    { what: 'is no cough', sound: '###...........', expected: '00000000000000' },
    { what: 'is no typing', sound: '#..#..#..#..#..#..#..#..', expected: '000000000000000000000000' },
    { what: 'is no fan', sound: '----------------', expected: '0000000000000000' },
    { what: 'goes on over a pause', sound: '######...........######', expected: '00000111111111111111111' },
    { what: 'goes on quietly', sound: '######----------------', expected: '0000011111111111111111' },
    { what: 'ends after a second', sound: `######${'.'.repeat(22)}`, expected: `000001${'1'.repeat(19)}000` },
  ])('$what', ({ sound, expected }) => {
    expect(heard(sound)).toBe(expected)
  })

  it('is not concluded from a single reading of a page out of sight', () => {
    expect(heard('#.#.', 1000)).toBe('0000')
  })
})
