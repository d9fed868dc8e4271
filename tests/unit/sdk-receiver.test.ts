import type { types } from 'mediasoup-client'
import { describe, expect, it, vi } from 'vitest'
import type { Line } from '../../client/sdk/Line.ts'
import { Receiver } from '../../client/sdk/Receiver.ts'
import type { ConsumerId } from '../../shared/ids.ts'
import type { ConsumerOptions } from '../../shared/requests.ts'
import { until } from '../support/until.ts'

const options = (id: string, source = 'cam', peerId = `peer-${id}`) =>
  ({ id, producerId: `p-${id}`, peerId, source, rtpParameters: {} }) as unknown as ConsumerOptions

/** A receiver whose negotiations the test ends by hand. */
function setUp({ warm = false } = {}) {
  const pending = new Map<string, PromiseWithResolvers<types.Consumer>>()
  const consume = vi.fn(({ id }: { id: string }) => {
    const negotiation = Promise.withResolvers<types.Consumer>()
    pending.set(id, negotiation)
    return negotiation.promise
  })
  /** Of which there is a picture. */
  const decoded = new Set<string>()
  const closed: string[] = []
  const resumed: string[] = []
  const tracks: string[] = []
  const onBroken = vi.fn()
  const controller = new AbortController()
  const receiver = new Receiver({
    transport: { consume } as unknown as types.Transport,
    line: {
      deliver: async (_name: string, { consumerIds }: { consumerIds: string[] }) => resumed.push(consumerIds.join(' ')),
    } as unknown as Line,
    warm,
    signal: controller.signal,
    log: () => {},
    onTrack: (producerId, track) => tracks.push(`${track ? '+' : '-'}${producerId}`),
    onBroken,
  })
  const apply = (...ids: string[]) => {
    for (const id of ids) {
      const getStats = async () => [{ type: 'inbound-rtp', framesDecoded: decoded.has(id) ? 1 : 0 }]
      const consumer = { id, track: { id }, getStats, close: () => closed.push(id) }
      pending.get(id)?.resolve(consumer as unknown as types.Consumer)
    }
  }
  const fail = (id: string, error: Error) => pending.get(id)?.reject(error)
  return { receiver, consume, apply, fail, decoded, closed, resumed, tracks, onBroken, controller }
}

const named = (name: string) => Object.assign(new Error(name), { name })

describe('a batch of consumers', () => {
  it('is negotiated in one tick and resumed with one request', async () => {
    const { receiver, consume, apply, resumed, tracks } = setUp()
    receiver.add([options('a'), options('b')])
    expect(consume).toHaveBeenCalledTimes(2)
    apply('a', 'b')
    await until(() => resumed.length > 0)
    expect(resumed).toEqual(['a b'])
    expect(tracks).toEqual(['+p-a', '+p-b'])
  })

  it('plays the voice and the camera of a person in step, and the screen apart', () => {
    const { receiver, consume } = setUp()
    receiver.add([options('a', 'mic', 'ana'), options('b', 'cam', 'ana'), options('c', 'screen', 'ana')])
    const streams = consume.mock.calls.map(([call]) => (call as unknown as { streamId: string }).streamId)
    expect(streams).toEqual(['ana-camera', 'ana-camera', 'ana-screen'])
  })

  it('leaves nothing of what is removed while it is negotiated', async () => {
    const { receiver, apply, resumed, tracks, closed } = setUp()
    receiver.add([options('a'), options('b')])
    receiver.remove(['a' as ConsumerId])
    apply('a', 'b')
    await until(() => resumed.length > 0)
    expect({ resumed, tracks, closed }).toEqual({ resumed: ['b'], tracks: ['+p-b'], closed: ['a'] })
    receiver.remove(['b' as ConsumerId])
    expect(tracks).toEqual(['+p-b', '-p-b'])
    expect(receiver.consumers).toEqual([])
  })

  it('is not resumed when it is the first: the server does that by itself', async () => {
    const { receiver, apply, resumed } = setUp()
    const adding = receiver.addFirst([options('a')])
    apply('a')
    await adding
    receiver.add([options('a')])
    expect(resumed).toEqual([])
  })

  it('goes on without the one that cannot be decoded', async () => {
    const { receiver, apply, fail, resumed, onBroken } = setUp()
    receiver.add([options('a'), options('b')])
    fail('a', named('UnsupportedError'))
    apply('b')
    await until(() => resumed.length > 0)
    expect(resumed).toEqual(['b'])
    expect(onBroken).not.toHaveBeenCalled()
  })

  it('reports a peer connection that is beyond help', async () => {
    const { receiver, fail, onBroken } = setUp()
    receiver.add([options('a')])
    fail('a', named('OperationError'))
    await until(() => onBroken.mock.calls.length > 0)
  })

  it('ends with the session, even if the browser never answers', async () => {
    const { receiver, controller, tracks } = setUp()
    const adding = receiver.addFirst([options('a')])
    controller.abort(named('over'))
    await expect(adding).rejects.toMatchObject({ name: 'over' })
    expect(tracks).toEqual([])
  })
})

describe('a producer that takes the place of another', () => {
  const start = async () => {
    const all = setUp()
    all.receiver.add([options('old', 'cam', 'ana')])
    all.apply('old')
    await until(() => all.tracks.length === 1)
    all.receiver.add([options('new', 'cam', 'ana')])
    all.apply('new')
    await until(() => all.resumed.length === 2)
    return all
  }

  it('is shown when there is a picture of it', async () => {
    const { receiver, decoded, tracks } = await start()
    expect(tracks).toEqual(['+p-old'])
    decoded.add('new')
    await until(() => tracks.length === 2)
    receiver.remove(['old' as ConsumerId])
    expect(tracks).toEqual(['+p-old', '+p-new', '-p-old'])
  })

  it('is shown when the other is gone, picture or not', async () => {
    const { receiver, tracks } = await start()
    receiver.remove(['old' as ConsumerId])
    await until(() => tracks.length === 3)
    expect(tracks).toEqual(['+p-old', '-p-old', '+p-new'])
  })

  it('is forgotten when it is gone before', async () => {
    const { receiver, tracks } = await start()
    receiver.remove(['new' as ConsumerId, 'old' as ConsumerId])
    expect(tracks).toEqual(['+p-old', '-p-new', '-p-old'])
    expect(receiver.consumers).toEqual([])
  })
})

describe('a receiver that is warm', () => {
  const ids = (...names: string[]) => names as ConsumerId[]

  it('resumes nothing, and names what it has applied and still has', async () => {
    const { receiver, apply, resumed, tracks } = setUp({ warm: true })
    const adding = receiver.addFirst([options('a'), options('b')])
    apply('a', 'b')
    await adding
    receiver.add([options('c')])
    apply('c')
    await until(() => tracks.length === 3)
    receiver.remove(ids('b'))
    expect(receiver.goLive()).toEqual(['a', 'c'])
    expect(resumed).toEqual([])
  })

  it('resumes what is applied after the join by itself', async () => {
    const { receiver, apply, resumed } = setUp({ warm: true })
    void receiver.addFirst([options('a')])
    receiver.add([options('b')])
    apply('b')
    await until(() => receiver.tracks.length === 1)
    expect(receiver.goLive()).toEqual(['b'])
    receiver.add([options('c')])
    apply('a', 'c')
    await until(() => resumed.length === 2)
    expect(resumed).toEqual(['a', 'c'])
  })

  it('resumes after the join what the join cannot name', async () => {
    const { receiver, apply, resumed } = setUp({ warm: true })
    const names = Array.from({ length: 502 }, (_, at) => `c${at}`)
    const adding = receiver.addFirst(names.map((name) => options(name)))
    apply(...names)
    await adding
    expect(receiver.goLive()).toHaveLength(500)
    expect(resumed).toEqual([])
    await until(() => resumed.length > 0)
    expect(resumed).toEqual(['c500 c501'])
  })
})
