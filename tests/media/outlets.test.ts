import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { Outlets } from '../../server/media/Outlets.ts'
import type { NodeId, ProducerId } from '../../shared/ids.ts'
import { opusParameters } from '../support/rtp.ts'
import { until } from '../support/until.ts'
import { TestWorker } from '../support/worker/TestWorker.ts'

const NODE = 'ana' as NodeId

async function open() {
  const worker = await TestWorker.create()
  const transport = await worker.createTransport()
  const producer = await transport.produce({ kind: 'audio', rtpParameters: opusParameters() as never })
  const router = { isOpen: true, router: worker.router, publishes: () => true }
  const outlets = new Outlets({
    routerOn: () => router,
    listen: undefined,
    silenceMs: 600,
    log: pino({ level: 'silent' }),
  })
  onTestFinished(() => {
    outlets.close()
    worker.close()
  })
  /** A pipe to an end that is there, or to one that is not. */
  const openPipe = async () => {
    const far = await worker.router.createPipeTransport({
      listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
      enableSrtp: true,
      enableRtx: true,
    })
    const pipeId = randomUUID()
    const { localAddress: ip, localPort: port } = far.tuple
    if (!far.srtpParameters) throw new Error('no keys')
    const end = await outlets.openPipe(NODE, {
      pipeId,
      worker: 0,
      end: { ip, port, srtpParameters: far.srtpParameters },
    })
    await far.connect(end)
    return { far, pipeId }
  }
  return { outlets, openPipe, producerId: producer.id as ProducerId }
}

test('a pipe whose other end is heard no more is given up, also while something is sent through it', async () => {
  const { outlets, openPipe, producerId } = await open()
  const { pipeId, far } = await openPipe()
  await outlets.sendThrough(NODE, { pipeId, producerId })
  expect([outlets.pipeCount, outlets.size]).toEqual([1, 1])
  far.close()
  await until(() => outlets.pipeCount + outlets.size === 0, { what: 'the pipe to be given up' })
})

test('a pipe stays while its node asks for what it carries', async () => {
  const { outlets, openPipe, producerId } = await open()
  const [asked, forgotten] = [await openPipe(), await openPipe()]
  const ask = async () => {
    await outlets.sendThrough(NODE, { pipeId: asked.pipeId, producerId })
    return outlets.pipeCount === 1
  }
  await until(ask, { what: 'the other to be given up', everyMs: 50 })
  const from = performance.now()
  await until(async () => (await ask()) && performance.now() - from > 1500, { what: 'it to stay' })
  await expect(outlets.sendThrough(NODE, { pipeId: forgotten.pipeId, producerId })).rejects.toMatchObject({
    code: 'notFound',
  })
})
