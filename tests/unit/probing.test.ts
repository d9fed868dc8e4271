import { describe, expect, it } from 'vitest'
import { type LineSample, NOT_PROBING, nextProbe, type ProbeState } from '../../server/core/probing.ts'

/** In kbit/s; `-` takes the limit away. */
function looks(samples: readonly Partial<LineSample>[], from: ProbeState = NOT_PROBING): string[] {
  let now = from
  return samples.map((sample) => {
    const { estimate = 200, cap } = sample
    const { state, limits } = nextProbe(now, {
      lacksLayers: true,
      loss: 0,
      ...sample,
      estimate: estimate * 1000,
      cap: cap && cap * 1000,
    })
    now = state
    return limits.map((limit) => (limit === undefined ? '-' : limit / 1000)).join(' ')
  })
}
const estimates = (...values: number[]) => values.map((estimate) => ({ estimate }))

describe('the limits of a viewer who lacks layers, look for look', () => {
  it.each([
    [
      'twice the estimate, and again four looks after nothing was found',
      estimates(200, 200, 210, 205, 190, 190, 190),
      ['', '400', '', '', '', '380', ''],
    ],
    [
      'at once on where as much was found, then in larger steps',
      estimates(200, 200, 400, 790, 3100),
      ['', '400', '- 800', '- 3160', '- 12400'],
    ],
    [
      'in small steps again after one that found nothing',
      estimates(200, 200, 400, 410, 410, 410, 410, 410, 800),
      ['', '400', '- 800', '', '', '', '- 820', '', '- 1600'],
    ],
    [
      'at once on, in small steps, where a part of it was found',
      estimates(200, 200, 300, 600, 640),
      ['', '400', '- 600', '- 1200', ''],
    ],
    [
      'changed a little where the same was probed before',
      estimates(100, 100, 100, 100, 100, 100),
      ['', '200', '', '', '', '199.999'],
    ],
    ['none while packets are lost', [{}, { loss: 0.05 }, { loss: 0.03 }, { loss: 0.02 }], ['', '', '', '400']],
    ['none while the estimate falls', estimates(300, 200, 150, 149), ['', '', '', '298']],
    [
      'no further while what was found is lost again',
      [{}, {}, { estimate: 400, loss: 0.1 }, { estimate: 300 }, { estimate: 290 }],
      ['', '400', '', '', ''],
    ],
    [
      'none above what the viewer wants to be sent',
      [{}, { cap: 300 }, { cap: 300, estimate: 280 }, { cap: 300, estimate: 280 }],
      ['', '300', '', ''],
    ],
    ['taken away when nothing lacks', [{}, {}, { lacksLayers: false }, { lacksLayers: false }], ['', '400', '-', '']],
  ])('%s', (_, samples, expected) => {
    expect(looks(samples)).toEqual(expected)
  })
})
