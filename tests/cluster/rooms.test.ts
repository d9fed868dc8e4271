import { expect, it } from 'vitest'
import type { PeerRecord } from '../../server/cluster/nodeApi.ts'
import type { Identity, RoomId } from '../../shared/ids.ts'
import { HeardRoom, joinCluster, uuid } from '../support/clusterNode.ts'
import { TestRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const ROOM = 'r' as RoomId

it('tells rows and events to the other nodes, in order, and never to its own', async () => {
  const { url: redisUrl } = await TestRedis.start()
  const [a, b] = [await joinCluster('a', { redisUrl }), await joinCluster('b', { redisUrl })]
  const [here, there] = [await HeardRoom.open(a), await HeardRoom.open(b)]
  here.demand('x', 1)
  here.demand('y', 2)
  here.demand('x', undefined)
  for (let n = 0; n < 20; n++) here.link.sendEvent('hint', { peerId: uuid(n) })
  await until(() => there.events.length === 20)
  expect(there.events.map(([, , data]) => data)).toEqual(Array.from({ length: 20 }, (_, n) => ({ peerId: uuid(n) })))
  expect([...there.rows]).toEqual([['a demand y', 2]])
  there.link.sendEvent('callEnded', {})
  await until(() => here.events.length === 1)
  expect(here.events).toEqual([['b', 'callEnded', {}]])
  expect(here.rows.size).toBe(0)
})

it('tells whoever opens the room later all that is there, before it is open', async () => {
  const { url: redisUrl } = await TestRedis.start()
  const [a, b] = [await joinCluster('a', { redisUrl }), await joinCluster('b', { redisUrl })]
  const here = await HeardRoom.open(a)
  for (let n = 0; n < 50; n++) here.demand(String(n), 1)
  here.link.sendEvent('callEnded', {})
  const watcher = await HeardRoom.open(b)
  await until(() => watcher.rows.size === 50)
  watcher.link.close()
  const there = await HeardRoom.open(b)
  expect(there.rows.size).toBe(50)
  expect(there.events).toEqual([])
})

it('tells within a fraction of a second', async () => {
  const { url: redisUrl } = await TestRedis.start()
  const [a, b] = [await joinCluster('a', { redisUrl }), await joinCluster('b', { redisUrl })]
  const [here, there] = [await HeardRoom.open(a), await HeardRoom.open(b)]
  const times: number[] = []
  for (let n = 0; n < 20; n++) {
    const start = performance.now()
    here.demand('x', n % 7)
    await until(() => there.rows.get('a demand x') === n % 7, { everyMs: 1 })
    times.push(performance.now() - start)
  }
  expect(times.sort((x, y) => x - y)[10]).toBeLessThan(100)
})

it('takes away the rows of a room that is closed, and says nothing of it any more', async () => {
  const { url: redisUrl } = await TestRedis.start()
  const [a, b] = [await joinCluster('a', { redisUrl }), await joinCluster('b', { redisUrl })]
  const [here, there] = [await HeardRoom.open(a), await HeardRoom.open(b)]
  here.demand('x', 1)
  there.demand('y', 1)
  await until(() => there.rows.size === 1 && here.rows.size === 1)
  here.link.sendEvent('callEnded', {})
  here.link.close()
  await until(() => there.rows.size === 0)
  expect(there.events).toEqual([['a', 'callEnded', {}]])
  there.demand('y', 2)
  const again = await HeardRoom.open(a)
  await until(() => again.rows.get('b demand y') === 2)
  expect(here.rows.get('b demand y')).toBe(1)
  expect(there.gone).toEqual([])
})

it('knows which nodes have somebody in a room, whether it is open here or not', async () => {
  const redis = await TestRedis.start()
  const [a, b] = [await joinCluster('a', { redisUrl: redis.url }), await joinCluster('b', { redisUrl: redis.url })]
  const [here, there] = [await HeardRoom.open(a), await HeardRoom.open(b)]
  here.demand('x', 1)
  expect(await b.nodesOf(ROOM)).toEqual([])
  here.link.setState('peer', uuid(1), somebody)
  await until(async () => (await b.nodesOf(ROOM)).length === 1)
  expect(await a.nodesOf(ROOM)).toEqual(['a'])
  there.link.close()
  await until(() => b.nodes.length === 2)
  expect(await b.nodesOf(ROOM)).toEqual(['a'])
  await redis.stop()
  expect(await a.nodesOf(ROOM)).toEqual(['a'])
  await expect(b.nodesOf(ROOM)).rejects.toMatchObject({ code: 'notReady' })
})

it('drops what does not fit', async () => {
  const redis = await TestRedis.start()
  const [a, b] = [await joinCluster('a', { redisUrl: redis.url }), await joinCluster('b', { redisUrl: redis.url })]
  const [here, there] = [await HeardRoom.open(a), await HeardRoom.open(b)]
  here.demand('x', 99)
  here.link.sendEvent('hint', { peerId: 'nobody' as never })
  const stream = 'tertulia:room:r:events'
  for (const entry of ['', '{', '{"kind":"row"}', '{"kind":"row","name":"toString","key":"","value":1}'])
    await redis.ask('XADD', stream, '*', 'from', 'a e', 'entry', entry)
  await redis.ask('XADD', stream, '*', 'other', 'field')
  await redis.ask('HSET', 'tertulia:room:r:rows', 'a b c d', 'x', 'nonsense', '', '', '')
  await redis.ask('HSET', 'tertulia:nodes', 'z', 'nonsense', 'a b', '{}')
  here.demand('y', 1)
  await until(() => there.rows.size === 1)
  expect([...there.rows]).toEqual([['a demand y', 1]])
  expect(there.events).toEqual([])
  expect([...(await HeardRoom.open(await joinCluster('c', { redisUrl: redis.url }))).rows]).toEqual([['a demand y', 1]])
})

const somebody: PeerRecord = {
  peer: { id: uuid(1), name: 'Ana', joinedAt: 1, published: [], role: 'speaker', forcedMute: [] },
  identity: 'ana' as Identity,
  hidden: false,
  visitedAt: 1,
  decodable: ['vp8'],
  worker: 0,
  producers: [],
}
