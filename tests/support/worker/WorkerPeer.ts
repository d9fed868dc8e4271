import type { types as server } from 'mediasoup'
import type { types as client } from 'mediasoup-client'
import { createHeadlessHandlerFactory, type HeadlessOptions } from '../headless/HeadlessHandler.ts'
import { ReceivedTrack } from '../headless/ReceivedTrack.ts'
import type { TraceTrack } from '../headless/TraceTrack.ts'
import { ClientEndpoint, SIMULCAST } from './ClientEndpoint.ts'
import { overTheWire, ServerEndpoint } from './ServerEndpoint.ts'
import type { TestWorker } from './TestWorker.ts'

export interface Consuming {
  server: server.Consumer
  client: client.Consumer
  track: ReceivedTrack
}

export interface Producing {
  server: server.Producer
  client: client.Producer
}

/** A headless peer on a bare router: both halves of each object in one hand. Dies at close(). */
export class WorkerPeer {
  readonly server: ServerEndpoint
  readonly client: ClientEndpoint

  static async create(worker: TestWorker, options: HeadlessOptions = {}): Promise<WorkerPeer> {
    const server = await ServerEndpoint.create(worker)
    return new WorkerPeer(server, await ClientEndpoint.create(server, createHeadlessHandlerFactory(options)))
  }

  private constructor(server: ServerEndpoint, client: ClientEndpoint) {
    this.server = server
    this.client = client
  }

  /** Video goes out as simulcast unless told otherwise. */
  async produce(track: TraceTrack, { simulcast = track.kind === 'video' } = {}): Promise<Producing> {
    const encodings = simulcast ? { encodings: SIMULCAST.map((encoding) => ({ ...encoding })) } : {}
    const producer = await this.client.send.produce({ track, ...encodings })
    return { client: producer, server: this.server.producer(producer.id) }
  }

  /** All at once, created paused and resumed when the client has applied them, as the product does. */
  async consume(producerIds: string[]): Promise<Consuming[]> {
    const { recv } = this.server
    const rtpCapabilities = this.client.device.recvRtpCapabilities
    const onServer = await Promise.all(
      producerIds.map((producerId) => recv.consume({ producerId, rtpCapabilities, paused: true })),
    )
    const both = await Promise.all(
      onServer.map(async (consumer) => {
        const { id, producerId, kind, rtpParameters } = consumer
        const onClient = await this.client.recv.consume(
          overTheWire<client.ConsumerOptions>({ id, producerId, kind, rtpParameters }),
        )
        if (!(onClient.track instanceof ReceivedTrack)) throw new Error('not a headless track')
        return { server: consumer, client: onClient, track: onClient.track }
      }),
    )
    await Promise.all(onServer.map((consumer) => consumer.resume()))
    return both
  }

  close(): void {
    this.client.close()
    this.server.close()
  }
}
