import { pino } from 'pino'
import { afterAll, beforeAll } from 'vitest'
import { WorkerPool } from '../../server/media/WorkerPool.ts'
import { describeMediaPort } from '../support/mediaPortContract.ts'

let pool: WorkerPool
beforeAll(async () => {
  pool = await WorkerPool.create({
    count: 1,
    mediaPort: 0,
    announcedAddresses: ['127.0.0.1'],
    workerBin: process.env.MEDIASOUP_WORKER_BIN ?? '',
    log: pino({ level: 'silent' }),
  })
})
afterAll(() => pool?.close())

describeMediaPort('real workers', () => pool)
