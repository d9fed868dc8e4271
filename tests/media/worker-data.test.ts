import type { types as server } from 'mediasoup'
import type { types as client } from 'mediasoup-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { overTheWire } from '../support/worker/ServerEndpoint.ts'
import { TestWorker } from '../support/worker/TestWorker.ts'
import { WorkerPeer } from '../support/worker/WorkerPeer.ts'

let worker: TestWorker
let anna: WorkerPeer
let ben: WorkerPeer

beforeEach(async () => {
  worker = await TestWorker.create()
  anna = await WorkerPeer.create(worker)
  ben = await WorkerPeer.create(worker)
})

afterEach(() => {
  anna.close()
  ben.close()
  worker.close()
})

test('texts and bytes travel both ways over SCTP unchanged', async () => {
  const toBen = await openChannel(anna, ben)
  const toAnna = await openChannel(ben, anna)
  const bytes = Uint8Array.from({ length: 60_000 }, (_, index) => (index * 31) & 0xff)

  for (const channel of [toBen, toAnna]) {
    channel.producer.send('¡hola, tertulia!')
    channel.producer.send(bytes)
    channel.producer.send(Uint8Array.of(0))
    await until(() => channel.received.length === 3)
    expect(channel.received[0]).toBe('¡hola, tertulia!')
    expect(channel.received.slice(1)).toEqual([bytes, Uint8Array.of(0)])
  }
  const [sent] = await toBen.onServer.getStats()
  expect(sent?.messagesSent).toBe(3)
})

test('a thousand ordered messages keep their order', async () => {
  const channel = await openChannel(anna, ben)
  const texts = Array.from({ length: 1000 }, (_, index) => `message ${index}`)
  for (const text of texts) channel.producer.send(text)
  await until(() => channel.received.length >= texts.length)
  expect(channel.received).toEqual(texts)
})

test('a second channel opens on a transport that carries the first', async () => {
  const first = await openChannel(anna, ben)
  const second = await openChannel(anna, ben, { ordered: false, maxRetransmits: 0 })
  first.producer.send('first')
  second.producer.send('second')
  await until(() => first.received.length === 1 && second.received.length === 1)
  expect([first.received, second.received]).toEqual([['first'], ['second']])
})

interface OpenChannel {
  producer: client.DataProducer
  onServer: server.DataConsumer
  received: unknown[]
}

async function openChannel(
  from: WorkerPeer,
  to: WorkerPeer,
  options: client.DataProducerOptions = {},
): Promise<OpenChannel> {
  const producer = await from.client.send.produceData({ label: 'chat', protocol: 'text', ...options })
  const onServer = await to.server.recv.consumeData({ dataProducerId: producer.id })
  const { id, dataProducerId, sctpStreamParameters, label, protocol } = onServer
  const consumer = await to.client.recv.consumeData(
    overTheWire<client.DataConsumerOptions>({ id, dataProducerId, sctpStreamParameters, label, protocol }),
  )
  const received: unknown[] = []
  consumer.on('message', (message) => received.push(message instanceof ArrayBuffer ? new Uint8Array(message) : message))
  await until(() => producer.readyState === 'open' && consumer.readyState === 'open', {
    what: () => `open channels: ${producer.readyState}, ${consumer.readyState}`,
  })
  return { producer, onServer, received }
}
