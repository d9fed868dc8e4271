import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { RedisConnection } from '../../server/cluster/RedisConnection.ts'
import { TestRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' })

const open = async (url: string, deadlineMs = 1000) => {
  const connection = await RedisConnection.open({ url, name: 'test', deadlineMs, log })
  onTestFinished(() => connection.close())
  return connection
}

it('comes back after Redis was away', async () => {
  const redis = await TestRedis.start()
  const connection = await open(redis.url)
  await redis.stop()
  await until(() => !connection.isReady)
  await expect(connection.run((client) => client.ping())).rejects.toMatchObject({ code: 'notReady' })
  await redis.start()
  await until(() => connection.isReady)
  expect(await connection.run((client) => client.ping())).toBe('PONG')
})

it('takes a Redis that hangs for one that is gone', async () => {
  const redis = await TestRedis.start()
  const connection = await open(redis.url, 300)
  redis.pause()
  await expect(connection.run((client) => client.ping())).rejects.toMatchObject({ code: 'notReady' })
  expect(connection.isReady).toBe(false)
  redis.resume()
  await until(() => connection.isReady)
})

it('survives what Redis refuses', async () => {
  const redis = await TestRedis.start()
  const connection = await open(redis.url)
  await redis.ask('SET', 'text', 'x')
  const refused = connection.run((client) => client.multi().hSet('text', 'a', 'b').set('other', '1').exec())
  await expect(refused).rejects.toMatchObject({ code: 'notReady' })
  expect(connection.isReady).toBe(true)
})

it('says at the start in words what is in the way', async () => {
  const redis = await TestRedis.start({ password: 'sesame' })
  for (const url of [`redis://127.0.0.1:${redis.port}`, `redis://:wrong@127.0.0.1:${redis.port}`])
    await expect(open(url)).rejects.toThrow(/^REDIS_URL: .* does not accept the user and password/)
  await open(redis.url)
  redis.pause()
  await expect(open(redis.url)).rejects.toThrow(/^REDIS_URL: .* cannot be used: no answer within 2000 ms/)
  await redis.stop()
  await expect(open(redis.url)).rejects.toThrow(/^REDIS_URL: .* cannot be used: .*ECONNREFUSED/)
})
