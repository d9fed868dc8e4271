import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { NodeId, ProducerId } from '../../shared/ids.ts'
import type { RtpParameters } from '../../shared/media.ts'
import type { CommandInput, PipedProducer, PipeEnd } from '../cluster/nodeApi.ts'
import { runInBackground } from '../lib/background.ts'
import { callWorker } from './callWorker.ts'
import { closeMedia } from './closeMedia.ts'
import type { PipeOutlets } from './MediaPort.ts'
import { createPipeTransport, endOf, type PipeAddress } from './pipeTransport.ts'
import type { RoomRouter } from './RoomRouter.ts'

/** Most pipes that one node may have open in a room: sixteen workers on either side. */
export const MOST_PIPES = 256
/**
 * The other end of a pipe is gone when nothing is heard of it for so long, though nobody said so. While media comes it
 * reports what arrives (RTCP), while none comes its node asks for it every few seconds. Milliseconds.
 */
export const SILENCE_MS = 60_000

/** One of this room's routers, with what is published on it. */
export type PipedRouter = Pick<RoomRouter, 'isOpen' | 'router' | 'publishes'>

type Outlet = {
  node: NodeId
  router: PipedRouter
  /** As soon as it is connected. */
  transport: types.PipeTransport | undefined
  sent: Map<ProducerId, Promise<types.Consumer>>
  /** By `performance.now()`. */
  heardAt: number
  bytesReceived: number
}

type Options = {
  /** This room's router on one of this node's workers. */
  routerOn: (worker: number) => PipedRouter | undefined
  listen: PipeAddress | undefined
  silenceMs?: number
  log: Logger
}

/**
 * This node's ends of the pipes through which others fetch what is published here. Owned by RoomRouters; a pipe ends
 * with its router, when its node says so or is gone, or when its other end is heard no more.
 */
export class Outlets implements PipeOutlets {
  readonly #options: Options
  /** By the pipe's id. */
  readonly #outlets = new Map<string, Outlet>()
  readonly #silenceMs: number
  #look: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: Options) {
    this.#options = options
    this.#silenceMs = options.silenceMs ?? SILENCE_MS
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
    const heardAt = performance.now()
    const outlet: Outlet = { node, router, transport: undefined, sent: new Map(), heardAt, bytesReceived: 0 }
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
      this.#lookLater()
      return endOf(transport)
    } catch (error) {
      this.#end(pipeId, outlet)
      throw error
    }
  }

  async sendThrough(node: NodeId, { pipeId, producerId }: CommandInput<'sendThrough'>): Promise<PipedProducer> {
    const outlet = this.#outletOf(node, pipeId)
    if (!outlet?.transport) throw new SfuError('notFound')
    outlet.heardAt = performance.now()
    // What came from another node is not published here: nothing is forwarded twice.
    if (!outlet.router.publishes(producerId)) throw new SfuError('conflict', 'it is not published on this worker')
    const sending = outlet.sent.get(producerId) ?? this.#send(outlet, outlet.transport, producerId)
    const { kind, rtpParameters } = await sending
    return { kind, rtpParameters: rtpParameters as RtpParameters }
  }

  stopSending(node: NodeId, { pipeId, producerId }: CommandInput<'stopSending'>): void {
    const outlet = this.#outletOf(node, pipeId)
    const sending = outlet?.sent.get(producerId)
    if (!outlet || !sending) return
    outlet.sent.delete(producerId)
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
    clearTimeout(this.#look)
    for (const [pipeId, outlet] of [...this.#outlets]) this.#end(pipeId, outlet)
  }

  #send(outlet: Outlet, transport: types.PipeTransport, producerId: ProducerId): Promise<types.Consumer> {
    const forget = () => {
      if (outlet.sent.get(producerId) === sending) outlet.sent.delete(producerId)
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

  #lookLater(): void {
    if (this.#closed || this.#outlets.size === 0) return
    this.#look ??= setTimeout(() => {
      this.#look = undefined
      runInBackground(async () => {
        await Promise.all([...this.#outlets].map(([pipeId, outlet]) => this.#listen(pipeId, outlet)))
        this.#lookLater()
      }, this.#options.log)
    }, this.#silenceMs / 3).unref()
  }

  async #listen(pipeId: string, outlet: Outlet): Promise<void> {
    // What fails has closed, or its worker is about to.
    const stats =
      outlet.transport && (await callWorker(outlet.transport.getStats(), 'read a pipe').catch(() => undefined))
    const bytesReceived = stats?.[0]?.bytesReceived ?? outlet.bytesReceived
    if (bytesReceived !== outlet.bytesReceived) outlet.heardAt = performance.now()
    outlet.bytesReceived = bytesReceived
    if (performance.now() - outlet.heardAt < this.#silenceMs) return
    this.#options.log.info({ node: outlet.node }, 'a pipe is given up: its other end is heard no more')
    this.#end(pipeId, outlet)
  }

  #end(pipeId: string, outlet: Outlet): void {
    if (this.#outlets.get(pipeId) !== outlet) return
    this.#outlets.delete(pipeId)
    outlet.sent.clear()
    closeMedia(outlet.transport)
  }

  /** A pipe is for the node alone that has opened it. */
  #outletOf(node: NodeId, pipeId: string): Outlet | undefined {
    const outlet = this.#outlets.get(pipeId)
    return outlet?.node === node ? outlet : undefined
  }
}
