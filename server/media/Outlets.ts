import type { types } from 'mediasoup'
import { SfuError } from '../../shared/errors.ts'
import type { NodeId, ProducerId } from '../../shared/ids.ts'
import type { RtpParameters } from '../../shared/media.ts'
import type { CommandInput, PipedProducer, PipeEnd } from '../cluster/nodeApi.ts'
import { callWorker } from './callWorker.ts'
import { closeMedia } from './closeMedia.ts'
import type { PipeOutlets } from './MediaPort.ts'
import { createPipeTransport, endOf, type PipeAddress } from './pipeTransport.ts'
import type { RoomRouter } from './RoomRouter.ts'

/** Most pipes that one node may have open in a room: sixteen workers on either side. */
export const MOST_PIPES = 256
/** So long may a pipe carry nothing: its node has long closed it, and the message was lost. Milliseconds. */
const UNUSED_MS = 60_000

type Outlet = {
  node: NodeId
  router: RoomRouter
  /** As soon as it is connected. */
  transport: types.PipeTransport | undefined
  sent: Map<ProducerId, Promise<types.Consumer>>
  unused: NodeJS.Timeout | undefined
}

type Options = {
  /** This room's router on one of this node's workers. */
  routerOn: (worker: number) => RoomRouter | undefined
  listen: PipeAddress | undefined
}

/**
 * This node's ends of the pipes through which others fetch what is published here. Owned by RoomRouters; a pipe ends
 * with its router, when its node says so or is gone, or when it has been of no use for a while.
 */
export class Outlets implements PipeOutlets {
  readonly #options: Options
  /** By the pipe's id. */
  readonly #outlets = new Map<string, Outlet>()
  #closed = false

  constructor(options: Options) {
    this.#options = options
  }

  get pipeCount(): number {
    return this.#outlets.size
  }

  /** How many producers are sent to other nodes, each counted for each pipe. */
  get size(): number {
    let count = 0
    for (const { sent } of this.#outlets.values()) count += sent.size
    return count
  }

  async openPipe(node: NodeId, { pipeId, worker, end }: CommandInput<'openPipe'>): Promise<PipeEnd> {
    if (this.#closed) throw new SfuError('roomClosed')
    if (this.#outlets.has(pipeId)) throw new SfuError('conflict')
    if ([...this.#outlets.values()].filter((outlet) => outlet.node === node).length >= MOST_PIPES)
      throw new SfuError('tooMany', `node ${node} has ${MOST_PIPES} pipes open`)
    const router = this.#options.routerOn(worker)
    if (!router?.isOpen) throw new SfuError('notFound')
    const outlet: Outlet = { node, router, transport: undefined, sent: new Map(), unused: undefined }
    this.#outlets.set(pipeId, outlet)
    try {
      const transport = await createPipeTransport(router.router, this.#options.listen)
      transport.observer.once('close', () => this.#end(pipeId, outlet))
      try {
        await callWorker(transport.connect(end), 'connect a pipe')
        if (transport.closed || this.#outlets.get(pipeId) !== outlet) throw new SfuError('notFound')
      } catch (error) {
        closeMedia(transport)
        throw error
      }
      outlet.transport = transport
      this.#expectUse(pipeId, outlet)
      return endOf(transport)
    } catch (error) {
      this.#end(pipeId, outlet)
      throw error
    }
  }

  async sendThrough(node: NodeId, { pipeId, producerId }: CommandInput<'sendThrough'>): Promise<PipedProducer> {
    const outlet = this.#outletOf(node, pipeId)
    if (!outlet?.transport) throw new SfuError('notFound')
    // What came from another node is not published here: nothing is forwarded twice.
    if (!outlet.router.publishes(producerId)) throw new SfuError('conflict', 'it is not published on this worker')
    const sending = outlet.sent.get(producerId) ?? this.#send(pipeId, outlet, outlet.transport, producerId)
    const { kind, rtpParameters } = await sending
    return { kind, rtpParameters: rtpParameters as RtpParameters }
  }

  stopSending(node: NodeId, { pipeId, producerId }: CommandInput<'stopSending'>): void {
    const outlet = this.#outletOf(node, pipeId)
    const sending = outlet?.sent.get(producerId)
    if (!outlet || !sending) return
    outlet.sent.delete(producerId)
    this.#expectUse(pipeId, outlet)
    sending.then(closeMedia, () => {})
  }

  closePipe(node: NodeId, { pipeId }: CommandInput<'closePipe'>): void {
    const outlet = this.#outletOf(node, pipeId)
    if (outlet) this.#end(pipeId, outlet)
  }

  handleNodeGone(node: NodeId): void {
    for (const [pipeId, outlet] of [...this.#outlets]) if (outlet.node === node) this.#end(pipeId, outlet)
  }

  close(): void {
    this.#closed = true
    for (const [pipeId, outlet] of [...this.#outlets]) this.#end(pipeId, outlet)
  }

  #send(
    pipeId: string,
    outlet: Outlet,
    transport: types.PipeTransport,
    producerId: ProducerId,
  ): Promise<types.Consumer> {
    clearTimeout(outlet.unused)
    const forget = () => {
      if (outlet.sent.get(producerId) !== sending) return
      outlet.sent.delete(producerId)
      this.#expectUse(pipeId, outlet)
    }
    const send = async () => {
      const consumer = await callWorker(transport.consume({ producerId }), 'send through a pipe', closeMedia)
      consumer.observer.once('close', forget)
      // Its node, or its publisher, did not wait for it.
      if (!consumer.closed && outlet.sent.get(producerId) === sending) return consumer
      closeMedia(consumer)
      throw new SfuError('conflict')
    }
    const sending = send()
    outlet.sent.set(producerId, sending)
    sending.catch(forget)
    return sending
  }

  #expectUse(pipeId: string, outlet: Outlet): void {
    clearTimeout(outlet.unused)
    if (outlet.sent.size > 0 || this.#outlets.get(pipeId) !== outlet) return
    outlet.unused = setTimeout(() => this.#end(pipeId, outlet), UNUSED_MS)
    outlet.unused.unref()
  }

  #end(pipeId: string, outlet: Outlet): void {
    if (this.#outlets.get(pipeId) !== outlet) return
    this.#outlets.delete(pipeId)
    clearTimeout(outlet.unused)
    outlet.sent.clear()
    closeMedia(outlet.transport)
  }

  /** A pipe is for the node alone that has opened it. */
  #outletOf(node: NodeId, pipeId: string): Outlet | undefined {
    const outlet = this.#outlets.get(pipeId)
    return outlet?.node === node ? outlet : undefined
  }
}
