import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { NodeId, ProducerId } from '../../shared/ids.ts'
import type { RoomLink } from '../cluster/Cluster.ts'
import { withDeadline } from '../lib/deadline.ts'
import { closeMedia } from './closeMedia.ts'
import { isNotFound } from './NodeLine.ts'
import { type At, NodePipe } from './NodePipe.ts'
import { PIPE_GRACE_MS } from './PipeLinks.ts'
import type { PipeAddress } from './pipeTransport.ts'

/** So long a viewer's other consumers wait for what comes from another node; it comes when they ask again. Milliseconds. */
const BRING_PATIENCE_MS = 1500

type Inlet = {
  at: At
  /** Where it comes in; further routers have it from there. */
  router: types.Router
  pipe: NodePipe | undefined
  producer: Promise<types.Producer>
  users: number
  eviction: NodeJS.Timeout | undefined
}

type Options = {
  nodes: Pick<RoomLink, 'command'>
  listen: PipeAddress | undefined
  /** A producer is not here any more, until somebody brings it anew. */
  onEnded: (producerId: ProducerId) => void
  log: Logger
}

/**
 * Brings the producers of other nodes here, each once however many viewers and workers there are. Owned by RoomRouters;
 * an inlet ends some seconds after its last viewer, or with its pipe.
 */
export class Inlets {
  readonly #options: Options
  readonly #inlets = new Map<ProducerId, Inlet>()
  /** By node, worker and router: those of one worker there come through one pipe to one router here. */
  readonly #pipes = new Map<string, NodePipe>()
  #closed = false

  constructor(options: Options) {
    this.#options = options
  }

  /** How many producers are here that are published on other nodes. */
  get size(): number {
    return this.#inlets.size
  }

  get pipeCount(): number {
    return this.#pipes.size
  }

  isUsed(router: types.Router): boolean {
    return [...this.#inlets.values()].some((inlet) => inlet.router === router)
  }

  /**
   * Resolves when the producer is on one of this node's routers: on `to`, if it was nowhere yet.
   * @returns where it is, and what lets go of it
   * @throws SfuError `timeout`, `roomClosed`, and what the other node says
   */
  async bring(producerId: ProducerId, at: At, to: types.Router): Promise<{ from: types.Router; release: () => void }> {
    if (this.#closed) throw new SfuError('roomClosed')
    const inlet = this.#inlets.get(producerId) ?? this.#open(producerId, at, to)
    clearTimeout(inlet.eviction)
    inlet.users++
    let held = true
    const release = () => {
      if (held) this.#release(producerId, inlet)
      held = false
    }
    try {
      await withDeadline(inlet.producer, { ms: BRING_PATIENCE_MS, what: `bring a producer from ${at.node}` })
      return { from: inlet.router, release }
    } catch (error) {
      release()
      // Whoever it was brought for first is gone, and its router with them.
      if (inlet.router.closed && !to.closed && inlet.router !== to) return await this.bring(producerId, at, to)
      throw error
    }
  }

  /** It is told as well: perhaps only this one does not see it. */
  handleNodeGone(node: NodeId): void {
    for (const [key, pipe] of [...this.#pipes]) if (key.startsWith(`${node} `)) pipe.close()
    for (const [producerId, inlet] of [...this.#inlets]) if (inlet.at.node === node) this.#end(producerId, inlet)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const [producerId, inlet] of [...this.#inlets]) this.#end(producerId, inlet)
    for (const pipe of [...this.#pipes.values()]) pipe.close()
  }

  #open(producerId: ProducerId, at: At, router: types.Router): Inlet {
    const fetching = this.#fetch(() => inlet, producerId)
    const inlet: Inlet = { at, router, pipe: undefined, producer: fetching, users: 0, eviction: undefined }
    this.#inlets.set(producerId, inlet)
    const end = () => this.#end(producerId, inlet)
    fetching.then((producer) => {
      producer.observer.once('close', end)
      if (producer.closed) end()
    }, end)
    return inlet
  }

  async #fetch(of: () => Inlet, producerId: ProducerId): Promise<types.Producer> {
    // The inlet has to be in its place first.
    await Promise.resolve()
    const inlet = of()
    if (this.#inlets.get(producerId) !== inlet) throw new SfuError('roomClosed')
    inlet.pipe = this.#pipe(inlet)
    try {
      return await inlet.pipe.fetch(producerId)
    } catch (error) {
      if (!isNotFound(error) || this.#inlets.get(producerId) !== inlet) throw error
      // The other end is gone, perhaps with a worker there that was replaced since.
      inlet.pipe.close({ tell: false })
      inlet.pipe = this.#pipe(inlet)
      return await inlet.pipe.fetch(producerId)
    }
  }

  #pipe({ at, router }: Inlet): NodePipe {
    if (this.#closed || router.closed) throw new SfuError('roomClosed')
    const key = `${at.node} ${at.worker} ${router.id}`
    const known = this.#pipes.get(key)
    if (known) return known
    const { nodes, listen, log } = this.#options
    const pipe = new NodePipe({
      at,
      router,
      nodes,
      listen,
      onClosed: () => {
        if (this.#pipes.get(key) === pipe) this.#pipes.delete(key)
      },
      log,
    })
    this.#pipes.set(key, pipe)
    return pipe
  }

  #release(producerId: ProducerId, inlet: Inlet): void {
    inlet.users--
    if (inlet.users > 0 || this.#inlets.get(producerId) !== inlet) return
    inlet.eviction = setTimeout(() => this.#end(producerId, inlet), PIPE_GRACE_MS)
    inlet.eviction.unref()
  }

  #end(producerId: ProducerId, inlet: Inlet): void {
    clearTimeout(inlet.eviction)
    if (this.#inlets.get(producerId) !== inlet) return
    this.#inlets.delete(producerId)
    inlet.pipe?.stop(producerId)
    inlet.producer.then(closeMedia, () => {})
    this.#options.onEnded(producerId)
  }
}
