import { expect, it, onTestFinished } from 'vitest'
import { loadSharedSecret } from '../../server/cluster/sharedSecret.ts'
import { RedisRoomStore } from '../../server/store/RedisRoomStore.ts'
import type { RoomId } from '../../shared/ids.ts'
import { joinCluster, testLog } from '../support/clusterNode.ts'
import { TestRedis } from '../support/redis.ts'
import { ana, ban, describeRoomStore, message, ROOM, truth } from '../support/roomStoreContract.ts'
import { until } from '../support/until.ts'

const openStore = async (redis: TestRedis, handleLost = (_: RoomId) => {}) => {
  const store = await RedisRoomStore.open({ redisUrl: redis.url, now: Date.now, log: testLog(), handleLost })
  onTestFinished(() => store.close())
  return store
}

/** What a test waits for is a little late, never early. */
const passTo = async (time: number) => {
  await until(() => Date.now() > time + 20)
}

describeRoomStore('the store of rooms in Redis', async () => {
  const store = await openStore(await TestRedis.start())
  return { store, now: Date.now, passTo }
})

/** All but the mark that Redis has not forgotten everything. */
const keysIn = async (redis: TestRedis) =>
  ((await redis.ask('KEYS', '*')) as string[]).filter((key) => key !== 'tertulia:settledAt')

const soon = () => Date.now() + 60_000

it('keeps what two nodes change at the same time', async () => {
  const redis = await TestRedis.start()
  const [a, b] = [await openStore(redis), await openStore(redis)]
  expect(await Promise.all([a.create(ROOM, truth, soon()), b.create(ROOM, truth, soon())])).toEqual([true, false])
  await Promise.all([
    a.patchTruth(ROOM, { rules: { locked: false }, hosted: false }),
    b.patchTruth(ROOM, { rules: { lobby: true }, passwordHash: null }),
    a.patchMember(ROOM, ana, { role: 'host' }),
    b.patchMember(ROOM, ana, { ban }),
    a.addMessage(ROOM, message('of a')),
    b.addMessage(ROOM, message('of b')),
  ])
  const stored = await a.load(ROOM)
  expect(stored).toEqual(await b.load(ROOM))
  expect(stored?.truth.rules).toMatchObject({ locked: false, lobby: true, maxPeers: 1000 })
  expect(stored?.truth).toMatchObject({ hosted: false })
  expect(stored?.truth).not.toHaveProperty('passwordHash')
  expect(stored?.members.get(ana)).toEqual({ role: 'host', ban })
  expect(stored?.chat).toHaveLength(2)
})

it('lets a token be used by one, on whichever node', async () => {
  const redis = await TestRedis.start()
  const [a, b] = [await openStore(redis), await openStore(redis)]
  const uses = await Promise.all([a.useOnce('jti', 'ana', soon()), b.useOnce('jti', 'ben', soon())])
  expect(uses.sort()).toEqual([false, true])
})

it('keeps a room while any node uses it', async () => {
  const redis = await TestRedis.start()
  const [a, b] = [await openStore(redis), await openStore(redis)]
  await a.create(ROOM, truth, 0)
  for (const store of [a, b]) await store.keepUntil(ROOM, undefined)
  await a.keepUntil(ROOM, Date.now())
  expect(await b.load(ROOM)).toBeDefined()
  await b.keepUntil(ROOM, Date.now())
  expect(await b.load(ROOM)).toBeUndefined()
  expect(await keysIn(redis)).toEqual([])
})

it('leaves nothing behind for ever when all nodes die', async () => {
  const redis = await TestRedis.start()
  const store = await openStore(redis)
  await store.create(ROOM, truth, soon())
  await store.keepUntil(ROOM, undefined)
  await store.patchMember(ROOM, ana, { ban })
  await store.addMessage(ROOM, message('a'))
  await store.useOnce('jti', 'ana', soon())
  const keys = await keysIn(redis)
  expect(keys).toHaveLength(5)
  for (const key of keys) expect(await redis.ask('PTTL', key)).toBeGreaterThan(0)
})

it('says so when Redis has lost a room that is in use', async () => {
  const redis = await TestRedis.start()
  const lost: RoomId[] = []
  const store = await openStore(redis, (roomId) => lost.push(roomId))
  await store.create(ROOM, truth, soon())
  await store.keepUntil(ROOM, undefined)
  await redis.wipe()
  await until(() => lost.length > 0)
  expect(lost).toEqual([ROOM])
})

it('makes nobody host of a room that Redis has forgotten, before those who are in it have put it back', async () => {
  const redis = await TestRedis.start()
  const [a, b] = [await openStore(redis), await openStore(redis)]
  await a.create(ROOM, truth, soon())
  await redis.wipe()
  const another = { ...truth, epoch: 'f' }
  await expect(b.create(ROOM, another, soon())).rejects.toMatchObject({ code: 'notReady' })
  expect(await b.load(ROOM)).toBeUndefined()
  expect(await a.putBack(ROOM, truth)).toBe(true)
  expect(await b.create(ROOM, another, soon())).toBe(false)
  expect(await b.load(ROOM)).toMatchObject({ truth })
  const makes = (id: string) =>
    b.create(id as RoomId, truth, soon()).catch((error: { code: string }) => error.code !== 'notReady')
  await until(() => makes('new'), { what: 'new rooms again', deadlineMs: 15_000 })
})

it('refuses within a second while Redis does not answer, and goes on afterwards', async () => {
  const redis = await TestRedis.start()
  const store = await openStore(redis)
  await store.create(ROOM, truth, soon())
  redis.pause()
  const start = performance.now()
  await expect(store.load(ROOM)).rejects.toMatchObject({ code: 'notReady' })
  await expect(store.patchTruth(ROOM, { hosted: true })).rejects.toMatchObject({ code: 'notReady' })
  expect(performance.now() - start).toBeLessThan(1500)
  redis.resume()
  await until(async () => (await store.load(ROOM)) !== undefined)
})

it('gives all nodes one secret', async () => {
  const redis = await TestRedis.start()
  const load = () => loadSharedSecret({ redisUrl: redis.url, log: testLog() })
  const [first, second] = await Promise.all([load(), load()])
  expect(first).toEqual(second)
  expect(first).toHaveLength(32)
  await redis.ask('SET', 'tertulia:secret', 'letmein')
  await expect(load()).rejects.toThrow(/is not a secret/)
})

it('has the secret also after Redis has forgotten it', async () => {
  const redis = await TestRedis.start()
  const load = () => loadSharedSecret({ redisUrl: redis.url, log: testLog() })
  const secret = await load()
  await joinCluster('a', { redisUrl: redis.url, sharedSecret: secret })
  await redis.wipe()
  await until(async () => (await redis.ask('EXISTS', 'tertulia:secret')) === 1)
  expect(await load()).toEqual(secret)
})
