/** What the server decides about those whose signalling is cut, and what it keeps for them. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { peerLiveness } from '../../server/core/liveness.ts'
import { Absences } from '../../server/rooms/Absences.ts'
import type { Peer } from '../../server/rooms/Peer.ts'
import { Farewells } from '../../server/signaling/Farewells.ts'
import { NotificationLog } from '../../server/signaling/NotificationLog.ts'
import { Session } from '../../server/signaling/Session.ts'
import type { Identity, PeerId, RoomId } from '../../shared/ids.ts'

const RESUME_MAX_MS = 120_000

describe('whether a peer stays', () => {
  it.each`
    socket   | ice      | seconds | verdict
    ${true}  | ${true}  | ${0}    | ${'here'}
    ${true}  | ${false} | ${0}    | ${'here'}
    ${true}  | ${false} | ${3600} | ${'here'}
    ${false} | ${true}  | ${0}    | ${'here'}
    ${false} | ${true}  | ${1.9}  | ${'here'}
    ${false} | ${true}  | ${2}    | ${'reconnecting'}
    ${false} | ${true}  | ${40}   | ${'reconnecting'}
    ${false} | ${true}  | ${119}  | ${'reconnecting'}
    ${false} | ${true}  | ${120}  | ${'gone'}
    ${false} | ${false} | ${0}    | ${'here'}
    ${false} | ${false} | ${2}    | ${'reconnecting'}
    ${false} | ${false} | ${9.9}  | ${'reconnecting'}
    ${false} | ${false} | ${10}   | ${'gone'}
  `('socket $socket, ICE $ice, since $seconds s: $verdict', ({ socket, ice, seconds, verdict }) => {
    expect(peerLiveness(socket, ice, seconds * 1000, RESUME_MAX_MS)).toBe(verdict)
  })

  it('is not asked where the operator wants none of it', () => {
    expect(peerLiveness(false, true, 0, 0)).toBe('gone')
  })
})

describe('those who are away', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const watch = (iceConnected: boolean) => {
    const media = { iceConnected }
    const peer = { connection: 'connected', media } as unknown as Peer
    const seen: string[] = []
    const absences = new Absences({
      resumeMaxMs: RESUME_MAX_MS,
      onChanged: ({ connection }) => seen.push(connection),
      onGone: () => seen.push('gone'),
    })
    onTestFinished(() => absences.close())
    return { absences, peer, media, seen }
  }

  it('are shown so, and stay while media comes', () => {
    const { absences, peer, seen } = watch(true)
    absences.begin(peer, 0)
    vi.advanceTimersByTime(1000)
    expect(seen).toEqual([])
    vi.advanceTimersByTime(60_000)
    expect(seen).toEqual(['reconnecting'])
    absences.end(peer)
    expect(seen).toEqual(['reconnecting', 'connected'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leave soon after media has stopped too', () => {
    const { absences, peer, media, seen } = watch(true)
    absences.begin(peer, 0)
    vi.advanceTimersByTime(30_000)
    media.iceConnected = false
    vi.advanceTimersByTime(1000)
    expect(seen).toEqual(['reconnecting', 'gone'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leave at once where both have been silent for long', () => {
    const { absences, peer, seen } = watch(false)
    absences.begin(peer, 13_000)
    expect(seen).toEqual(['gone'])
  })

  it('leave within fifteen seconds where there has never been media', () => {
    const { absences, peer, seen } = watch(false)
    absences.begin(peer, 0)
    vi.advanceTimersByTime(9000)
    expect(seen).toEqual(['reconnecting'])
    vi.advanceTimersByTime(6000)
    expect(seen).toEqual(['reconnecting', 'gone'])
  })

  it('leave after the longest absence in any case', () => {
    const { absences, peer, seen } = watch(true)
    absences.begin(peer, 0)
    vi.advanceTimersByTime(RESUME_MAX_MS - 1000)
    expect(seen).toEqual(['reconnecting'])
    vi.advanceTimersByTime(1000)
    expect(seen).toEqual(['reconnecting', 'gone'])
  })

  it('are nobody’s concern when they are back before anyone has seen it', () => {
    const { absences, peer, seen } = watch(true)
    absences.begin(peer, 0)
    vi.advanceTimersByTime(1000)
    absences.end(peer)
    expect(seen).toEqual([])
  })
})

describe('what a session was told', () => {
  const told = (now: () => number = () => 0) => {
    const log = new NotificationLog(now)
    const tell = (count: number, text = '') => {
      for (let at = 0; at < count; at++) log.add('ticketChanged', { ticket: `${text}${at}` })
    }
    return { log, tell, since: (seq: number) => log.since(seq)?.map((entry) => entry.seq) }
  }

  it('is numbered, and given again from any place', () => {
    const { tell, since, log } = told()
    expect(since(0)).toEqual([])
    tell(3)
    expect(log.lastSeq).toBe(3)
    expect(since(0)).toEqual([1, 2, 3])
    expect(since(2)).toEqual([3])
    expect(since(3)).toEqual([])
  })

  it('is not what has never been', () => {
    const { tell, since } = told()
    tell(3)
    expect(since(4)).toBeUndefined()
  })

  it('is bounded in number', () => {
    const { tell, since } = told()
    tell(513)
    expect(since(0)).toBeUndefined()
    expect(since(1)).toHaveLength(512)
  })

  it('is bounded in time', () => {
    let now = 0
    const { tell, since } = told(() => now)
    tell(1)
    now = 60_000
    tell(1)
    now = 120_001
    expect(since(0)).toBeUndefined()
    expect(since(1)).toEqual([2])
  })

  it('is bounded in bytes', () => {
    const { tell, since } = told()
    tell(100, 'x'.repeat(4000))
    expect(since(0)).toBeUndefined()
    expect(since(50)).toHaveLength(50)
  })
})

describe('farewells', () => {
  it('are kept until it is too late to come back, or one is back', () => {
    let now = 0
    const farewells = new Farewells({ keepMs: 1000, now: () => now })
    const [ana, ben, eva] = ['ana', 'ben', 'eva'] as unknown as [PeerId, PeerId, PeerId]
    farewells.add(ana, 'removed')
    farewells.add(ben, 'banned')
    expect([ana, ben, eva].map((id) => farewells.get(id))).toEqual(['removed', 'banned', undefined])
    farewells.forget(ben)
    now = 1000
    farewells.add(eva, 'callEnded')
    expect([ana, ben, eva].map((id) => farewells.get(id))).toEqual([undefined, undefined, 'callEnded'])
  })

  it('are kept of who was sent away, not of who goes on by way of another node', () => {
    const farewells = new Farewells({ keepMs: 1000, now: () => 0 })
    const farewellOf = (name: string, movesOn: boolean) => {
      const peerId = name as PeerId
      const claims = { roomId: 'r' as RoomId, identity: name as Identity, name, grants: {}, issuedAt: 0 }
      const session = new Session({ peerId, claims, farewells, socket: { emit: () => {}, disconnect: () => {} } })
      session.state = 'joined'
      session.end('replaced', movesOn)
      return farewells.get(peerId)
    }
    expect([farewellOf('ana', false), farewellOf('ben', true)]).toEqual(['replaced', undefined])
  })
})
