import type { types } from 'mediasoup'
import type { EndpointDescription, Signaling, TransportDescription } from './ClientEndpoint.ts'
import type { TestWorker } from './TestWorker.ts'

/** One client as the router sees it: two transports and what they carry. Dies at close(). */
export class ServerEndpoint implements Signaling {
  readonly send: types.WebRtcTransport
  readonly recv: types.WebRtcTransport
  readonly producers = new Map<string, types.Producer>()
  readonly dataProducers = new Map<string, types.DataProducer>()
  readonly #routerRtpCapabilities: types.RtpCapabilities

  static async create(worker: TestWorker): Promise<ServerEndpoint> {
    const [send, recv] = await Promise.all([worker.createTransport(), worker.createTransport()])
    return new ServerEndpoint(worker.router.rtpCapabilities, send, recv)
  }

  private constructor(
    routerRtpCapabilities: types.RtpCapabilities,
    send: types.WebRtcTransport,
    recv: types.WebRtcTransport,
  ) {
    this.#routerRtpCapabilities = routerRtpCapabilities
    this.send = send
    this.recv = recv
  }

  async describe(): Promise<EndpointDescription> {
    return overTheWire({
      routerRtpCapabilities: this.#routerRtpCapabilities,
      send: describeTransport(this.send),
      recv: describeTransport(this.recv),
    })
  }

  async connect({ direction, dtlsParameters }: Parameters<Signaling['connect']>[0]): Promise<void> {
    await this[direction].connect({ dtlsParameters })
  }

  async produce({ kind, rtpParameters }: Parameters<Signaling['produce']>[0]): Promise<{ id: string }> {
    const producer = await this.send.produce({ kind, rtpParameters, keyFrameRequestDelay: 400 })
    this.producers.set(producer.id, producer)
    return { id: producer.id }
  }

  async produceData(input: Parameters<Signaling['produceData']>[0]): Promise<{ id: string }> {
    const dataProducer = await this.send.produceData(overTheWire<types.DataProducerOptions>(input))
    this.dataProducers.set(dataProducer.id, dataProducer)
    return { id: dataProducer.id }
  }

  producer(id: string): types.Producer {
    const producer = this.producers.get(id)
    if (producer === undefined) throw new Error(`no producer ${id}`)
    return producer
  }

  close(): void {
    this.send.close()
    this.recv.close()
  }
}

/** What the other side of a socket would read; also the seam between the types of mediasoup and mediasoup-client. */
export function overTheWire<T>(value: unknown): T {
  return JSON.parse(JSON.stringify(value))
}

function describeTransport(transport: types.WebRtcTransport): TransportDescription {
  const { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters } = transport
  return { id, iceParameters, iceCandidates, dtlsParameters, ...(sctpParameters ? { sctpParameters } : {}) }
}
