import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createLogger } from '../../server/lib/log.ts'
import type { ChatMessageId } from '../../shared/ids.ts'
import { HeardRoom, joinCluster, uuid } from '../support/clusterNode.ts'
import { TestRedis } from '../support/redis.ts'
import { TcpProxy } from '../support/TcpProxy.ts'
import { until } from '../support/until.ts'

/** Two nodes with one room, and some rows that both know of each other. */
async function openPair(redis: TestRedis) {
  const [a, b] = [await joinCluster('a', { redisUrl: redis.url }), await joinCluster('b', { redisUrl: redis.url })]
  const [here, there] = [await HeardRoom.open(a), await HeardRoom.open(b)]
  for (const key of ['kept', 'changed', 'taken']) here.demand(key, 1)
  there.demand('own', 1)
  await until(() => there.rows.size === 3 && here.rows.size === 1)
  return { a, b, here, there }
}

const deleted = (n: number) => ({ messageId: uuid(n) as string as ChatMessageId })

/** What a room does while Redis is away; each call comes back at once. */
function change(here: HeardRoom): void {
  const start = performance.now()
  here.demand('changed', 2)
  here.demand('taken', undefined)
  here.demand('new', 3)
  here.link.sendEvent('chatDeleted', deleted(1))
  here.link.sendEvent('chatDeleted', deleted(2))
  expect(performance.now() - start).toBeLessThan(50)
}

const afterwards = { 'a demand kept': 1, 'a demand changed': 2, 'a demand new': 3 }

async function expectHealed(here: HeardRoom, there: HeardRoom, deadlineMs = 8000): Promise<void> {
  await until(() => there.events.length >= 2 && there.rows.size === 3 && there.rows.has('a demand new'), {
    deadlineMs,
    what: () => [[...there.rows], there.events],
  })
  expect(Object.fromEntries(there.rows)).toEqual(afterwards)
  expect(there.events.map(([, , data]) => data)).toEqual([deleted(1), deleted(2)])
  expect(here.rows.get('b demand own')).toBe(1)
  // Nobody lost anything in between.
  expect(there.taken).toEqual(['a demand taken'])
  expect(here.taken).toEqual([])
  expect([here.gone, there.gone]).toEqual([[], []])
  // And it goes on.
  there.demand('more', 1)
  await until(() => here.rows.get('b demand more') === 1, { deadlineMs: 2000 })
  there.demand('more', undefined)
  await until(() => !here.rows.has('b demand more'), { deadlineMs: 2000 })
}

/** Until a node has noticed that Redis is away. */
const isAway = (node: { nodesOf(roomId: never): Promise<unknown> }) =>
  until(() =>
    node.nodesOf('other' as never).then(
      () => false,
      () => true,
    ),
  )

it('heals after Redis was stopped, and came back empty', async () => {
  const redis = await TestRedis.start()
  const { a, here, there } = await openPair(redis)
  await redis.stop()
  await isAway(a)
  change(here)
  const late = HeardRoom.open(a, 'opened meanwhile')
  const stoppedAt = performance.now()
  const meanwhile = await late
  expect(performance.now() - stoppedAt).toBeLessThan(1500)
  meanwhile.demand('x', 1)
  await until(() => performance.now() - stoppedAt > 5000)
  await redis.start()
  await expectHealed(here, there)
  expect(await redis.ask('HGET', 'tertulia:room:opened meanwhile:rows', 'a demand x')).toMatch(/ 1$/)
})

it('heals after Redis hung, and nobody is taken for dead', async () => {
  const redis = await TestRedis.start()
  const { here, there } = await openPair(redis)
  redis.pause()
  const pausedAt = performance.now()
  change(here)
  await until(() => performance.now() - pausedAt > 5000)
  redis.resume()
  await expectHealed(here, there)
})

it('heals after Redis has forgotten everything, though no connection broke', async () => {
  const redis = await TestRedis.start()
  const { a, here, there } = await openPair(redis)
  await redis.wipe()
  change(here)
  await expectHealed(here, there, 4000)
  await until(async () => (await redis.ask('HLEN', 'tertulia:nodes')) === 2)
  const third = await HeardRoom.open(await joinCluster('c', { redisUrl: redis.url }))
  expect(third.rows.size).toBe(4)
  await until(() => a.nodes.length === 3, { deadlineMs: 2000 })
})

it('heals when one room alone was lost', async () => {
  const redis = await TestRedis.start()
  const { here, there } = await openPair(redis)
  await redis.ask('DEL', 'tertulia:room:r:rows', 'tertulia:room:r:events')
  // Somebody reads the room, which shows it.
  const third = await HeardRoom.open(await joinCluster('c', { redisUrl: redis.url }))
  change(here)
  await until(() => third.rows.size === 4, { what: () => [...third.rows] })
  expect(there.taken).toEqual(['a demand taken'])
})

it('takes away what a node has closed while Redis was away', async () => {
  const redis = await TestRedis.start()
  const { a, here, there } = await openPair(redis)
  await redis.stop()
  await isAway(a)
  here.link.close()
  await redis.start()
  await until(() => there.rows.size === 0)
  expect(there.gone).toEqual([])
})

it('tells what was said before a room was closed and opened again while Redis was away', async () => {
  const redis = await TestRedis.start()
  const { a, here, there } = await openPair(redis)
  await redis.stop()
  await isAway(a)
  here.link.sendEvent('chatDeleted', deleted(1))
  here.link.close()
  const again = await HeardRoom.open(a)
  again.link.sendEvent('chatDeleted', deleted(2))
  await redis.start()
  await until(() => there.events.length >= 2, { deadlineMs: 8000, what: () => there.events })
  expect(there.events.map(([, , data]) => data)).toEqual([deleted(1), deleted(2)])
})

it('reads what was said while the node could not be reached, however much it was', async () => {
  const redis = await TestRedis.start()
  const proxy = await TcpProxy.start(redis.url)
  const a = await joinCluster('a', { redisUrl: redis.url })
  const b = await joinCluster('b', { redisUrl: proxy.url.replace('http', 'redis') })
  const [here, there] = [await HeardRoom.open(a), await HeardRoom.open(b)]
  here.demand('first', 1)
  await until(() => there.rows.size === 1)
  proxy.cut()
  here.demand('first', undefined)
  here.link.sendEvent('chatDeleted', deleted(0))
  await until(async () => Number(await redis.ask('XLEN', 'tertulia:room:r:events')) > 3)
  proxy.restore()
  await until(() => there.events.length === 1 && there.rows.size === 0)
  proxy.cut()
  // More than the stream keeps.
  for (let n = 0; n < 3000; n++) here.demand(String(n % 300), n % 7)
  for (let n = 0; n < 20; n++) {
    for (let m = 0; m < 300; m++) here.demand(String(m), (n + m) % 7)
    await until(async () =>
      (await redis.ask('HGET', 'tertulia:room:r:rows', 'a demand 299'))?.toString().endsWith(String((n + 299) % 7)),
    )
  }
  here.demand('299', undefined)
  proxy.restore()
  await until(() => there.rows.size === 299, { what: () => there.rows.size })
  expect(there.rows.get('a demand 7')).toBe((19 + 7) % 7)
})

it('finds that a node is gone, and takes away all that it said', async () => {
  const redis = await TestRedis.start()
  const { b, there } = await openPair(redis)
  const child = await spawnNode('c', redis.url)
  await until(() => there.rows.has('c demand x'))
  expect(b.nodes.map(({ id }) => id).sort()).toEqual(['a', 'b', 'c'])
  child.kill('SIGKILL')
  const killedAt = performance.now()
  await until(() => there.gone.length > 0, { deadlineMs: 7000 })
  expect(performance.now() - killedAt).toBeGreaterThan(2500)
  expect(there.gone).toEqual(['c'])
  expect(there.taken).toEqual(['c demand x'])
  expect(b.nodes.map(({ id }) => id).sort()).toEqual(['a', 'b'])
  expect(there.rows.size).toBe(3)
  await until(async () => (await redis.ask('HEXISTS', 'tertulia:nodes', 'c')) === 0)
  await until(async () => (await redis.ask('HEXISTS', 'tertulia:room:r:rows', 'c demand x')) === 0)
})

it('believes nothing of an earlier process of the same name', async () => {
  const redis = await TestRedis.start()
  const { b, there } = await openPair(redis)
  const child = await spawnNode('c', redis.url)
  await until(() => there.rows.has('c demand x'))
  child.kill('SIGKILL')
  await once(child, 'exit')
  const startedAt = performance.now()
  const again = await joinCluster('c', { redisUrl: redis.url })
  await until(() => there.gone.length > 0)
  expect(performance.now() - startedAt).toBeLessThan(2500)
  expect(there.rows.has('c demand x')).toBe(false)
  const back = await HeardRoom.open(again)
  back.demand('y', 1)
  await until(() => there.rows.has('c demand y'))
  expect(await redis.ask('HEXISTS', 'tertulia:room:r:rows', 'c demand x')).toBe(0)
  expect(back.rows.size).toBe(4)
  expect(there.gone).toEqual(['c'])
  expect(b.nodes).toHaveLength(3)
})

it('takes a node in again that was cut off, and was taken for dead', async () => {
  const redis = await TestRedis.start()
  const proxy = await TcpProxy.start(redis.url)
  const a = await joinCluster('a', { redisUrl: redis.url })
  const b = await joinCluster('b', { redisUrl: proxy.url.replace('http', 'redis') })
  const [here, there] = [await HeardRoom.open(a), await HeardRoom.open(b)]
  there.demand('x', 1)
  here.demand('y', 1)
  await until(() => here.rows.size === 1 && there.rows.size === 1)
  proxy.cut()
  await until(() => here.gone.length === 1, { deadlineMs: 8000 })
  expect(here.rows.size).toBe(0)
  proxy.restore()
  await until(() => here.rows.get('b demand x') === 1)
  expect(there.gone).toEqual([])
  expect(there.rows.size).toBe(1)
})

it('goes with a word: the others know at once', async () => {
  const redis = await TestRedis.start()
  const { a, b, here, there } = await openPair(redis)
  b.setState('draining')
  await until(() => a.nodes[1]?.state === 'draining', { deadlineMs: 2000 })
  b.close()
  await until(() => here.gone.length === 1, { deadlineMs: 2000 })
  expect(here.rows.size).toBe(0)
  expect(a.nodes).toHaveLength(1)
  const before = there.rows.size
  here.demand('late', 1)
  await until(async () => (await redis.ask('HEXISTS', 'tertulia:room:r:rows', 'a demand late')) === 1)
  expect(there.rows.size).toBe(before)
})

it('tells the operator when two nodes have one name', async () => {
  const redis = await TestRedis.start()
  const lines: string[] = []
  const log = createLogger({ level: 'error', format: 'json', write: (line) => lines.push(line) })
  for (let at = 0; at < 2; at++) await joinCluster('a', { redisUrl: redis.url, log })
  await until(() => lines.some((line) => line.includes('another process has the same NODE_ID')))
})

/** A node in a process of its own, with one row in the room `r`. */
async function spawnNode(id: string, redisUrl: string) {
  const root = join(import.meta.dirname, '../..')
  const script = `
    const { RedisCluster } = await import(${JSON.stringify(join(root, 'server/cluster/RedisCluster.ts'))})
    const { pino } = await import('pino')
    const cluster = await RedisCluster.open({
      nodeId: ${JSON.stringify(id)}, url: '', privateUrl: '', region: '', load: () => 0,
      redisUrl: ${JSON.stringify(redisUrl)}, tokens: {}, log: pino({ level: 'silent' }),
    })
    const nothing = () => {}
    const link = await cluster.openRoom('r', { handleState: nothing, handleEvent: nothing, handleNodeGone: nothing })
    link.setState('demand', 'x', 1)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: root, stdio: 'inherit' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
