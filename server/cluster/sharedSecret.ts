import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { StartError } from '../lib/StartError.ts'
import { RedisConnection } from './RedisConnection.ts'

const BYTES = 32
const DEADLINE_MS = 2000
const SECRET_KEY = 'tertulia:secret'

/**
 * The secret with which all nodes sign: whichever of them is the first makes it. Whoever can read Redis can sign.
 *
 * @throws StartError when Redis cannot be used
 */
export async function loadSharedSecret({ redisUrl, log }: { redisUrl: string; log: Logger }): Promise<Uint8Array> {
  const redis = await RedisConnection.open({ url: redisUrl, name: 'secret', deadlineMs: DEADLINE_MS, log })
  try {
    const made = randomBytes(BYTES).toString('hex')
    const secret = await redis.run(async (client) => {
      await client.set(SECRET_KEY, made, { condition: 'NX' })
      return await client.get(SECRET_KEY)
    })
    if (!secret || !/^[0-9a-f]{64,}$/.test(secret))
      throw new StartError([`REDIS_URL: the key ${SECRET_KEY} is not a secret; remove it and a new one is made`])
    return Buffer.from(secret, 'hex')
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError([`REDIS_URL: ${(error as Error).message}`])
  } finally {
    redis.close()
  }
}

/** Redis may have forgotten it, and who starts next must not make another. */
export async function keepSharedSecret(redis: RedisConnection, secret: Uint8Array): Promise<void> {
  await redis.run((client) => client.set(SECRET_KEY, Buffer.from(secret).toString('hex'), { condition: 'NX' }))
}
