import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { WorkerPool, type WorkerPoolOptions } from '../../server/media/WorkerPool.ts'

/** Real workers on free loopback ports; the caller closes them. */
export const openPool = (count: number, options: Partial<WorkerPoolOptions> = {}): Promise<WorkerPool> =>
  WorkerPool.create({
    count,
    mediaPort: 0,
    announcedAddresses: ['127.0.0.1'],
    consumersPerWorker: 500,
    workerBin: process.env.MEDIASOUP_WORKER_BIN ?? '',
    log: pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' }),
    ...options,
  })

/** The same for one test, which closes them by itself. */
export async function createPool(count: number, options: Partial<WorkerPoolOptions> = {}): Promise<WorkerPool> {
  const pool = await openPool(count, options)
  onTestFinished(() => pool.close())
  return pool
}
