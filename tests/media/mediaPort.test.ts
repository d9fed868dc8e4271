import { afterAll, beforeAll } from 'vitest'
import type { WorkerPool } from '../../server/media/WorkerPool.ts'
import { openPool } from '../support/createPool.ts'
import { describeMediaPort } from '../support/mediaPortContract.ts'

let pool: WorkerPool
beforeAll(async () => {
  pool = await openPool(1)
})
afterAll(() => pool?.close())

describeMediaPort('a real worker', () => pool)

let many: WorkerPool
beforeAll(async () => {
  // Each newcomer finds a full worker and goes to the other.
  many = await openPool(2, { consumersPerWorker: 1 })
})
afterAll(() => many?.close())

describeMediaPort('a room over two workers', () => many)
