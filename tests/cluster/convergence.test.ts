import { expect, it } from 'vitest'
import type { RedisCluster } from '../../server/cluster/RedisCluster.ts'
import type { ChatMessageId } from '../../shared/ids.ts'
import { HeardRoom, joinCluster, uuid } from '../support/clusterNode.ts'
import { TestRedis } from '../support/redis.ts'
import { TcpProxy } from '../support/TcpProxy.ts'
import { until } from '../support/until.ts'

type Node = {
  id: string
  cluster: RedisCluster
  proxy: TcpProxy
  room: HeardRoom
  rows: Map<string, number>
  told: number
}

const SEED = Number(process.env.CLUSTER_SEED ?? 7)

/** mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

it('comes to one view, whatever happens to Redis and to the way there', async () => {
  const random = randomFrom(SEED)
  const redis = await TestRedis.start()
  const nodes: Node[] = []
  for (const id of ['a', 'b', 'c']) {
    const proxy = await TcpProxy.start(redis.url)
    const cluster = await joinCluster(id, { redisUrl: proxy.url.replace('http', 'redis') })
    nodes.push({ id, cluster, proxy, room: await HeardRoom.open(cluster), rows: new Map(), told: 0 })
  }
  const act = ({ room, rows, ...node }: Node, at: Node) => {
    const key = String(random(12))
    const layer = random(8)
    if (random(4) === 0) {
      rows.delete(key)
      room.demand(key, undefined)
    } else if (random(6) === 0) {
      at.told = node.told + 1
      room.link.sendEvent('chatDeleted', { messageId: uuid(node.told) as string as ChatMessageId })
    } else {
      rows.set(key, layer)
      room.demand(key, layer)
    }
  }
  const faults: ((node: Node) => unknown)[] = [
    () => redis.wipe(),
    ({ proxy }) => proxy.drop(),
    ({ proxy }) => proxy.freeze(),
    ({ proxy }) => {
      proxy.cut()
      setTimeout(() => proxy.restore(), random(1500))
    },
    () => {
      redis.pause()
      setTimeout(() => redis.resume(), random(2500))
    },
    async () => {
      await redis.stop()
      await redis.start()
    },
  ]
  const any = () => nodes[random(nodes.length)] as Node
  for (let round = 0; round < 12; round++) {
    const end = performance.now() + 100 + random(900)
    for (let burst = random(30); burst >= 0; burst--) {
      const node = any()
      act(node, node)
    }
    const hasFailed = faults[random(faults.length)]?.(any())
    await until(() => {
      const node = any()
      act(node, node)
      return performance.now() > end
    })
    redis.resume()
    await hasFailed
  }
  const wanted = (of: Node) =>
    Object.fromEntries(
      nodes
        .filter((node) => node !== of)
        .flatMap(({ id, rows }) => [...rows].map(([key, layer]) => [`${id} demand ${key}`, layer] as const))
        .sort(),
    )
  const seen = ({ room }: Node) => Object.fromEntries([...room.rows].sort())
  const differing = () => nodes.filter((node) => JSON.stringify(seen(node)) !== JSON.stringify(wanted(node)))
  await until(() => differing().length === 0, {
    deadlineMs: 15_000,
    what: () => differing().map((node) => ({ of: node.id, seen: seen(node), wanted: wanted(node) })),
  })
  // Nothing comes twice or in another order.
  for (const { room } of nodes)
    for (const { id } of nodes) {
      const told = room.events.filter(([from]) => from === id).map(([, , data]) => JSON.stringify(data))
      expect(told).toEqual([...new Set(told)].sort())
    }
  // It stays so.
  const quietUntil = performance.now() + 6000
  await until(() => differing().length > 0 || performance.now() > quietUntil)
  expect(differing()).toEqual([])
})
