import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Farewells } from '../../server/signaling/Farewells.ts'
import { Session } from '../../server/signaling/Session.ts'
import { WaitingSessions } from '../../server/signaling/WaitingSessions.ts'
import type { Identity, PeerId, RoomId } from '../../shared/ids.ts'

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
    claims: { roomId: 'r' as RoomId, identity: 'ana' as Identity, name: 'Ana', grants: {}, issuedAt: 0 },
    farewells: new Farewells({ keepMs: 1000, now: () => 0 }),
    socket: { emit: (name, data) => sent.push([name, data]), disconnect: () => sent.push('disconnect') },
  })
  return { session, sent }
}

it('ends a session that waits for too long, in words', () => {
  const waiting = new WaitingSessions({ longestWaitMs: 1000 })
  const { session, sent } = newSession()
  waiting.reserve('a')?.occupy(session)
  vi.advanceTimersByTime(999)
  expect(sent).toEqual([])
  vi.advanceTimersByTime(1)
  expect(sent).toEqual([['sessionEnded', { reason: 'idle' }], 'disconnect'])
})

it('lets one alone that has joined', () => {
  const waiting = new WaitingSessions({ longestWaitMs: 1000 })
  const { session, sent } = newSession()
  const place = waiting.reserve('a')
  place?.occupy(session)
  place?.release()
  vi.advanceTimersByTime(5000)
  expect(sent).toEqual([])
})

it('has room for a bounded number from each address, and again when some have gone', () => {
  const waiting = new WaitingSessions()
  const places = Array.from({ length: 65 }, () => waiting.reserve('a'))
  expect(places.filter((place) => place !== undefined)).toHaveLength(64)
  expect(waiting.reserve('b')).toBeDefined()
  places[0]?.release()
  places[0]?.release()
  expect(waiting.reserve('a')).toBeDefined()
  expect(waiting.reserve('a')).toBeUndefined()
})
