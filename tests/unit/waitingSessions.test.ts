import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Session } from '../../server/signaling/Session.ts'
import { WaitingSessions } from '../../server/signaling/WaitingSessions.ts'
import type { PeerId, RoomId } from '../../shared/ids.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const newSession = () => {
  const sent: unknown[] = []
  const session = new Session({
    peerId: 'peer' as PeerId,
    claims: { roomId: 'r' as RoomId, name: 'Ana' },
    socket: { emit: (name, data) => sent.push([name, data]), disconnect: () => sent.push('disconnect') },
  })
  return { session, sent }
}

it('ends a session that waits for too long, in words', () => {
  const waiting = new WaitingSessions({ longestWaitMs: 1000 })
  const { session, sent } = newSession()
  waiting.add('a', session)
  vi.advanceTimersByTime(999)
  expect(sent).toEqual([])
  vi.advanceTimersByTime(1)
  expect(sent).toEqual([['sessionEnded', { reason: 'idle' }], 'disconnect'])
})

it('lets one alone that has joined', () => {
  const waiting = new WaitingSessions({ longestWaitMs: 1000 })
  const { session, sent } = newSession()
  waiting.add('a', session)()
  vi.advanceTimersByTime(5000)
  expect(sent).toEqual([])
})

it('has room for a bounded number from each address, and again when some have gone', () => {
  const waiting = new WaitingSessions()
  const settle: (() => void)[] = []
  while (waiting.hasRoomFor('a')) settle.push(waiting.add('a', newSession().session))
  expect(settle.length).toBe(64)
  expect(waiting.hasRoomFor('b')).toBe(true)
  settle[0]?.()
  settle[0]?.()
  waiting.add('a', newSession().session)
  expect(waiting.hasRoomFor('a')).toBe(false)
})
