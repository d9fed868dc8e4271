/** The overlap of two sessions while a call moves to another node. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Move } from '../../client/sdk/Move.ts'
import type { EndCause } from '../../client/sdk/reconnectPolicy.ts'
import type { Session, SessionEvents, Wants } from '../../client/sdk/Session.ts'
import type { ProducerId } from '../../shared/ids.ts'
import type { Placement } from '../../shared/protocol.ts'
import type { Output } from '../../shared/requests.ts'

type Received = { peerId: string; source: string; producerId: string; muted?: boolean }

/** What a move needs of a session. */
class FakeSession {
  closed = false
  joined = true
  away = false
  leads = false
  received: Received[] = []
  state = 'connected'
  events: SessionEvents | undefined
  onEnded: (cause: EndCause) => void = () => {}
  onTrouble = () => {}
  joining = Promise.resolve()
  readonly nodeUrl: string

  constructor(nodeUrl: string, received: Received[] = []) {
    this.nodeUrl = nodeUrl
    this.received = received
  }

  get transports() {
    return [{ direction: 'recv', connectionState: this.state }]
  }

  get receiver() {
    const track = ({ source, muted = false }: Received) => ({ kind: source === 'mic' ? 'audio' : 'video', muted })
    return {
      tracks: this.received.map((each) => ({ producerId: each.producerId, track: track(each) })),
      consumers: this.received.map((each) => ({ ...each, consumer: { track: track(each) } })),
    }
  }

  async join(_: Wants, events: SessionEvents): Promise<void> {
    this.events = events
    events.onJoined({} as Output<'join'>)
    await this.joining
  }

  lead() {
    this.leads = true
  }

  close() {
    this.closed = true
    this.joined = false
  }

  end(reason: 'replaced' | 'removed' | 'serverStopping') {
    this.close()
    this.onEnded({ type: 'sessionEnded', reason })
  }
}

const cam = (peerId: string, more: Partial<Received> = {}): Received => ({
  peerId,
  source: 'cam',
  producerId: `cam of ${peerId}`,
  ...more,
})

function start(before: FakeSession, next: FakeSession, placedAt = next.nodeUrl) {
  vi.useFakeTimers()
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const told: string[] = []
  const ended: EndCause[] = []
  const call = { session: before as FakeSession | undefined, opened: 0, placedAt }
  before.onEnded = (cause) => ended.push(cause)
  const move = new Move({
    session: () => call.session as unknown as Session,
    place: async () => ({ nodeUrl: call.placedAt }) as Placement,
    open: async () => {
      call.opened++
      return next as unknown as Session
    },
    wants: () => ({ tiles: undefined, reception: { mode: 'all' } }),
    eventsOf: () =>
      ({
        onJoined: () => told.push('moved'),
        onTrack: (producerId: ProducerId, track: unknown) => told.push(`${producerId}: ${track ? 'there' : 'gone'}`),
      }) as unknown as SessionEvents,
    replace: () => {
      call.session = next
    },
    log: () => {},
  })
  move.begin(before as unknown as Session)
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
  return { move, call, told, ended, pass }
}

describe('a call that moves', () => {
  it('tells nothing of the other session until it takes its place', async () => {
    const [before, next] = [new FakeSession('/a', [cam('ana')]), new FakeSession('/b')]
    const { call, told, pass } = start(before, next)
    await pass(500)
    next.received = [cam('ana')]
    next.events?.onTrack('cam of ana' as ProducerId, {} as MediaStreamTrack)
    expect([call.session === before, told, next.leads]).toEqual([true, [], false])
    await pass(1000)
    expect(told).toEqual(['moved', 'cam of ana: there'])
    expect([call.session === next, next.leads, before.closed]).toEqual([true, true, true])
  })

  it('waits for the pictures that are seen now, and for the first one of each', async () => {
    const [before, next] = [new FakeSession('/a', [cam('ana'), cam('ben')]), new FakeSession('/b', [cam('ana')])]
    const { call, pass } = start(before, next)
    await pass(1500)
    expect(call.session).toBe(before)
    next.received = [cam('ana'), cam('ben', { muted: true, producerId: 'another' })]
    await pass(500)
    expect(call.session).toBe(before)
    next.received = [cam('ana'), cam('ben', { producerId: 'another' })]
    await pass(100)
    expect(call.session).toBe(next)
  })

  it('waits for the connection, if there is one now', async () => {
    const [before, next] = [new FakeSession('/a'), new FakeSession('/b')]
    next.state = 'connecting'
    const { call, pass } = start(before, next)
    await pass(2000)
    expect(call.session).toBe(before)
    next.state = 'connected'
    await pass(100)
    expect(call.session).toBe(next)
  })

  it('waits a few seconds only, and drops what does not come', async () => {
    const [before, next] = [new FakeSession('/a', [cam('ana'), cam('ben')]), new FakeSession('/b', [cam('ben')])]
    const { call, told, pass } = start(before, next)
    await pass(3900)
    expect(call.session).toBe(before)
    await pass(400)
    expect(call.session).toBe(next)
    expect(told).toEqual(['moved', 'cam of ana: gone'])
  })

  it('does not wait for what comes from the node before when that has ended it', async () => {
    const [before, next] = [new FakeSession('/a', [cam('ana')]), new FakeSession('/b')]
    const { call, ended, pass } = start(before, next)
    await pass(100)
    before.end('replaced')
    await pass(100)
    expect(call.session).toBe(next)
    expect(ended).toEqual([])
  })

  it('ends where somebody ends it', async () => {
    const [before, next] = [new FakeSession('/a'), new FakeSession('/b')]
    const { call, ended, pass } = start(before, next)
    await pass(100)
    before.end('removed')
    await pass(100)
    expect(call.session).toBe(before)
    expect([next.closed, ended]).toEqual([true, [{ type: 'sessionEnded', reason: 'removed' }]])
  })

  it('is begun anew where it can neither stay nor go', async () => {
    const [before, next] = [new FakeSession('/a'), new FakeSession('/b')]
    const joining = Promise.withResolvers<void>()
    next.joining = joining.promise
    const { ended, pass } = start(before, next)
    await pass(100)
    before.end('replaced')
    joining.reject(new Error('no'))
    await pass(100)
    expect(ended).toEqual([{ type: 'sessionEnded', reason: 'serverStopping' }])
  })

  it('is begun anew where it has failed to go, and must make room for that a moment later', async () => {
    const [before, next] = [new FakeSession('/a'), new FakeSession('/b')]
    next.joining = Promise.reject(new Error('no'))
    const { ended, pass } = start(before, next)
    await pass(100)
    before.end('replaced')
    expect(ended).toEqual([{ type: 'sessionEnded', reason: 'serverStopping' }])
  })

  it('stays where it is led back to the same node, and asks again', async () => {
    const [before, next] = [new FakeSession('/a'), new FakeSession('/b')]
    const { call, pass } = start(before, next, '/a')
    await pass(5000)
    expect([call.session === before, call.opened]).toEqual([true, 0])
    call.placedAt = '/b'
    await pass(5000)
    expect(call.session).toBe(next)
  })

  it('waits until its own socket is there', async () => {
    const [before, next] = [new FakeSession('/a'), new FakeSession('/b')]
    before.joined = false
    const { call, pass } = start(before, next)
    await pass(5000)
    expect(call.opened).toBe(0)
    before.joined = true
    await pass(5000)
    expect(call.session).toBe(next)
  })

  it('gives up one that does not come to an end', async () => {
    const [before, next] = [new FakeSession('/a'), new FakeSession('/b')]
    next.joining = new Promise(() => {})
    const { call, pass } = start(before, next)
    await pass(15_500)
    expect([call.session === before, next.closed]).toEqual([true, true])
  })

  it('closes the other session when it is cancelled', async () => {
    const [before, next] = [new FakeSession('/a'), new FakeSession('/b')]
    const { move, call, told, pass } = start(before, next)
    await pass(100)
    move.cancel()
    expect(next.closed).toBe(true)
    await pass(10_000)
    expect([call.session === before, call.opened, told]).toEqual([true, 1, []])
  })
})
