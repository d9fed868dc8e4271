import { afterAll, beforeAll } from 'vitest'
import type { WorkerPool } from '../../server/media/WorkerPool.ts'
import { openPool } from '../support/createPool.ts'
import { describeMediaPort } from '../support/mediaPortContract.ts'
import { describeNodePipes } from '../support/pipeContract.ts'

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

let nodes: readonly [WorkerPool, WorkerPool]
beforeAll(async () => {
  nodes = [await openPool(1), await openPool(1)]
})
afterAll(() => nodes?.map((node) => node.close()))

describeNodePipes('two nodes with real workers', () => nodes)
