import { describe, expect, it } from 'vitest'
import { decide, type EndCause, reconnectDelay } from '../../client/sdk/reconnectPolicy.ts'
import { END_REASONS, type EndReason } from '../../shared/notifications.ts'

const LOST: EndCause = { type: 'socketLost', detail: 'transport close' }
const failure = { code: 'notAllowed', message: 'no' } as const
const unreachable = { code: 'unreachable', message: 'no answer' } as const

describe('the delay before joining again', () => {
  it('is none at first, grows, and takes about 45 seconds in all', () => {
    const delays = Array.from({ length: 12 }, (_, attempt) => reconnectDelay(attempt, 0) ?? Number.NaN)
    expect(delays.slice(0, 6)).toEqual([0, 300, 1200, 2700, 4800, 5000])
    const total = delays.reduce((sum, delay) => sum + delay, 0)
    expect(total).toBeGreaterThan(40_000)
    expect(total).toBeLessThan(50_000)
    expect(reconnectDelay(12, 0)).toBeUndefined()
  })

  it('is spread by at most a second, never below its base, in whole milliseconds', () => {
    for (let attempt = 0; attempt < 12; attempt++) {
      const base = reconnectDelay(attempt, 0) ?? 0
      const longest = reconnectDelay(attempt, 0.999) ?? 0
      expect(longest).toBeGreaterThanOrEqual(base)
      expect(longest - base).toBeLessThanOrEqual(1000)
      expect(Number.isInteger(longest)).toBe(true)
    }
  })
})

/** The person, or somebody in the room, wanted it so. */
const FINAL = new Set<EndReason>([
  'left',
  'roomClosed',
  'callEnded',
  'removed',
  'banned',
  'replaced',
  'refused',
  'flooding',
])

describe('what comes after a session', () => {
  it.each(END_REASONS)('that the server ended with %s', (reason) => {
    const decision = decide({ type: 'sessionEnded', reason }, 0, 0)
    if (FINAL.has(reason)) expect(decision).toEqual({ action: 'close', endReason: reason, failure: undefined })
    else expect(decision).toEqual({ action: 'rejoin', delayMs: 0 })
  })

  it.each<{ what: string; cause: EndCause; attempts: number; action: 'rejoin' | 'close' }>([
    { what: 'a lost socket', cause: LOST, attempts: 0, action: 'rejoin' },
    { what: 'a lost socket after the last attempt', cause: LOST, attempts: 12, action: 'close' },
    { what: 'missed notifications', cause: { type: 'outOfStep', detail: '' }, attempts: 3, action: 'rejoin' },
    {
      what: 'media that had passed',
      cause: { type: 'mediaFailed', everConnected: true, detail: '' },
      attempts: 5,
      action: 'rejoin',
    },
    {
      what: 'media that never passed, once',
      cause: { type: 'mediaFailed', everConnected: false, detail: '' },
      attempts: 1,
      action: 'rejoin',
    },
    {
      what: 'media that never passed, again and again',
      cause: { type: 'mediaFailed', everConnected: false, detail: '' },
      attempts: 2,
      action: 'close',
    },
    {
      what: 'an attempt that may succeed later',
      cause: { type: 'attemptFailed', failure: unreachable, retryable: true },
      attempts: 4,
      action: 'rejoin',
    },
    {
      what: 'an attempt that was refused',
      cause: { type: 'attemptFailed', failure, retryable: false },
      attempts: 1,
      action: 'close',
    },
  ])('$what: $action', ({ cause, attempts, action }) => {
    expect(decide(cause, attempts, 0).action).toBe(action)
  })

  it('says why it was given up', () => {
    expect(decide({ type: 'attemptFailed', failure, retryable: false }, 1, 0)).toMatchObject({
      endReason: 'disconnected',
      failure,
    })
    expect(decide({ type: 'attemptFailed', failure: unreachable, retryable: true }, 12, 0)).toMatchObject({
      failure: unreachable,
    })
    expect(decide({ type: 'mediaFailed', everConnected: false, detail: 'x' }, 2, 0)).toMatchObject({
      failure: { code: 'noMedia', message: expect.stringContaining('no media gets through') },
    })
  })
})
