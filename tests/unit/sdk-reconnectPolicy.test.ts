import { describe, expect, it } from 'vitest'
import type { Failure } from '../../client/sdk/failures.ts'
import {
  type Cause,
  type Decision,
  decide,
  isOverForGood,
  nodeMayBeGone,
  reconnectDelay,
  type Situation,
} from '../../client/sdk/reconnectPolicy.ts'
import { END_REASONS, type EndReason } from '../../shared/notifications.ts'

const WELL: Situation = { attempts: 0, iceRestarts: 0, joined: true, away: false, mediaDown: false }
const AWAY: Situation = { ...WELL, away: true }
const OUT: Situation = { ...WELL, joined: false }

const lost: Cause = { type: 'socketLost', detail: '' }
const outOfStep: Cause = { type: 'outOfStep', detail: '' }
const mediaDown: Cause = { type: 'mediaDown', detail: '' }
const mediaFailed: Cause = { type: 'mediaFailed', everConnected: true, detail: '' }
const neverPassed: Cause = { type: 'mediaFailed', everConnected: false, detail: '' }
const network: Cause = { type: 'networkChanged' }
const visible: Cause = { type: 'pageVisible' }
const failed = (attempted: 'resume' | 'restartIce' | 'rejoin', code: Failure['code'], retryable = true): Cause => ({
  type: 'attemptFailed',
  attempted,
  failure: { code, message: 'no' },
  retryable,
})

describe('the delay before an attempt', () => {
  it('is none at first, and grows', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 26].map((at) => reconnectDelay(at, 0))).toEqual([
      0, 300, 1200, 1500, 1500, 1500, 2700, 4800, 5000, 5000, 5000,
    ])
  })

  it('is spread by at most a second, never below its base, in whole milliseconds', () => {
    for (let attempt = 0; attempt < 12; attempt++) {
      const base = reconnectDelay(attempt, 0)
      const longest = reconnectDelay(attempt, 0.999)
      expect(longest).toBeGreaterThanOrEqual(base)
      expect(longest - base).toBeLessThanOrEqual(1000)
      expect(Number.isInteger(longest)).toBe(true)
    }
  })

  it('leaves no time in which a node that is gone is known to the others, and nobody asks them', () => {
    const at = (random: number) => {
      let now = 0
      return Array.from({ length: 9 }, (_, attempt) => (now += reconnectDelay(attempt, random)))
    }
    // The latest that they know it, and the first attempt after that.
    for (const random of [0, 0.5, 0.999]) expect(at(random).find((ms) => ms > 6200)).toBeLessThan(9000)
  })

  it('takes about 45 seconds in all, and two minutes while media goes on', () => {
    const inAll = (situation: Situation) => {
      let [total, attempts] = [0, 0]
      for (;;) {
        const decision = decide(failed('resume', 'unreachable'), { ...situation, attempts }, 0)
        if (!('delayMs' in decision)) return total / 1000
        total += decision.delayMs
        attempts++
      }
    }
    expect(inAll({ ...AWAY, mediaDown: true })).toBeCloseTo(43.5, 1)
    expect(inAll(AWAY)).toBeCloseTo(111, 1)
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
    const decision = decide({ type: 'sessionEnded', reason }, WELL, 0)
    if (FINAL.has(reason)) expect(decision).toEqual({ action: 'close', endReason: reason, failure: undefined })
    else expect(decision).toEqual({ action: 'rejoin', delayMs: 0 })
  })
})

describe('a session that ends while another is on its way to take its place', () => {
  it.each(END_REASONS)('is over for good where a person wanted it so: %s', (reason) => {
    expect(isOverForGood({ type: 'sessionEnded', reason })).toBe(FINAL.has(reason) && reason !== 'replaced')
  })

  it('is not over for good where its network breaks', () => {
    expect(isOverForGood({ type: 'socketLost', detail: '' })).toBe(false)
  })
})

describe('a resume that fails', () => {
  it.each<[Failure['code'], boolean]>([
    ['unreachable', true],
    ['timeout', true],
    ['gone', false],
    ['unauthorized', false],
    ['notReady', false],
    ['tooMany', false],
    ['internal', false],
  ])('with %s: its node may be gone: %s', (code, maybe) => {
    expect(nodeMayBeGone({ code, message: '' })).toBe(maybe)
  })
})

describe('what to do', () => {
  it.each<[what: string, Cause, Partial<Situation>, Decision['action'], delayMs?: number]>([
    ['a lost socket', lost, AWAY, 'resume', 0],
    ['a lost socket for the third time in a row', lost, { ...AWAY, attempts: 2 }, 'resume', 1200],
    ['a lost socket before the join', lost, OUT, 'rejoin', 0],
    ['a lost answer', outOfStep, AWAY, 'resume', 0],
    ['a lost socket after the last attempt', lost, { ...AWAY, attempts: 48 }, 'close'],
    ['a lost socket and media after the last attempt', lost, { ...AWAY, mediaDown: true, attempts: 14 }, 'close'],

    ['media that stays away', mediaDown, { mediaDown: true }, 'restartIce', 0],
    ['media that stays away, without a socket', mediaDown, { ...AWAY, mediaDown: true }, 'none'],
    ['media for which no path was found three times', mediaDown, { mediaDown: true, iceRestarts: 3 }, 'rejoin', 0],
    ['media that fails', mediaFailed, { mediaDown: true }, 'restartIce', 0],
    ['media that fails without a socket', mediaFailed, { ...AWAY, mediaDown: true }, 'none'],
    ['media that fails again and again', mediaFailed, { mediaDown: true, iceRestarts: 3 }, 'rejoin', 0],
    ['media that never passed', neverPassed, {}, 'rejoin', 0],
    ['media that never passed, once more', neverPassed, { attempts: 1 }, 'rejoin', 300],
    ['media that never passed, again and again', neverPassed, { attempts: 2 }, 'close'],

    ['another network', network, {}, 'restartIce', 0],
    ['another network without a socket: what waits is woken', network, AWAY, 'none'],
    ['another network before the join', network, OUT, 'none'],
    ['a person who looks again', visible, {}, 'none'],
    ['a person who looks again at a call without media', visible, { mediaDown: true }, 'restartIce', 0],
    ['a person who looks again at a call without a socket', visible, { ...AWAY, mediaDown: true }, 'none'],

    ['a resume that did not get through', failed('resume', 'unreachable'), { ...AWAY, attempts: 1 }, 'resume', 300],
    ['a resume that was not answered', failed('resume', 'timeout'), { ...AWAY, attempts: 6 }, 'resume', 2500],
    ['a peer that is gone', failed('resume', 'gone'), { ...AWAY, attempts: 4 }, 'rejoin', 0],
    ['a ticket that is void', failed('resume', 'unauthorized', false), { ...AWAY, attempts: 1 }, 'rejoin', 0],
    ['a server of another version', failed('resume', 'protocolMismatch', false), AWAY, 'rejoin', 0],
    ['a ban', failed('resume', 'banned', false), AWAY, 'close'],

    ['ICE without an answer: the socket is dead', failed('restartIce', 'timeout'), { mediaDown: true }, 'resume', 0],
    ['ICE without a socket', failed('restartIce', 'unreachable'), AWAY, 'resume', 0],
    ['ICE of a transport that is no more', failed('restartIce', 'notFound', false), {}, 'rejoin', 0],
    ['ICE that this browser cannot restart', failed('restartIce', 'internal'), {}, 'rejoin', 0],

    ['a rejoin that may succeed later', failed('rejoin', 'unreachable'), { ...OUT, attempts: 7 }, 'rejoin', 4800],
    ['a rejoin that was refused', failed('rejoin', 'notAllowed', false), OUT, 'close'],
    ['a rejoin of who is banned', failed('rejoin', 'banned', false), OUT, 'close'],
    ['a rejoin of who is not let in', failed('rejoin', 'notAdmitted', false), OUT, 'close'],
    ['the last rejoin', failed('rejoin', 'unreachable'), { ...OUT, attempts: 14 }, 'close'],
  ])('about %s', (_what, cause, situation, action, delayMs) => {
    const decision = decide(cause, { ...WELL, ...situation }, 0)
    expect(decision.action).toBe(action)
    if (delayMs !== undefined) expect(decision).toEqual({ action, delayMs })
  })

  it('is in words where it is given up', () => {
    const close = { action: 'close', endReason: 'disconnected' }
    const refusal = { code: 'notAllowed', message: 'no' }
    expect(decide(failed('rejoin', 'notAllowed', false), OUT, 0)).toEqual({ ...close, failure: refusal })
    expect(decide(neverPassed, { ...WELL, attempts: 2 }, 0)).toMatchObject({
      ...close,
      failure: { code: 'noMedia', message: expect.stringContaining('no media gets through') },
    })
    expect(decide(failed('rejoin', 'banned', false), OUT, 0)).toMatchObject({ endReason: 'banned', failure: undefined })
    expect(decide(failed('rejoin', 'notAdmitted', false), OUT, 0)).toMatchObject({ endReason: 'refused' })
  })
})
