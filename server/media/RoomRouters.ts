import { EventEmitter } from 'node:events'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { NodeId, PeerId, ProducerId } from '../../shared/ids.ts'
import type { RtpCapabilities } from '../../shared/media.ts'
import type { RoomLink } from '../cluster/Cluster.ts'
import { loudest, type Voice } from '../core/speakers.ts'
import type { WantedProducer } from '../core/subscriptions.ts'
import { Inlets } from './Inlets.ts'
import { KeyFrameTurns } from './KeyFrameTurns.ts'
import type { PeerMedia, RoomMedia, RoomMediaEvents } from './MediaPort.ts'
import type { At } from './NodePipe.ts'
import { Outlets } from './Outlets.ts'
import { PipeLinks } from './PipeLinks.ts'
import type { PipeAddress } from './pipeTransport.ts'
import { type Place, RoomRouter } from './RoomRouter.ts'

/** So long after its last peer a router stays, while there are others: people come back, milliseconds. */
export const ROUTER_GRACE_MS = 30_000

/** The worker for the next peer of a room that is carried by some already. */
export type ChoosePlace = (used: ReadonlySet<number>) => RoomPlace | undefined

/** A worker, and what keeps account of the routers on it. */
export type RoomPlace = Place & { readonly routers: Set<RoomRouter> }

type Options = {
  choosePlace: ChoosePlace
  announcedAddresses: readonly string[]
  /** The way to other nodes. */
  nodes: Pick<RoomLink, 'command'>
  listen: PipeAddress | undefined
  /** How long a router stays without peers. */
  graceMs: number
  log: Logger
}

/** How many pipes there are from and to other nodes, and how many producers go through them. */
export type NodePipes = Record<'pipesIn' | 'producersIn' | 'pipesOut' | 'producersOut', number>

type Branch = { router: RoomRouter; opened: Promise<void>; voices: readonly Voice[]; grace: NodeJS.Timeout | undefined }

/**
 * Owns the Routers of one room, one for each worker in use, made on demand, the pipes between them, and those
 * to and from other nodes. Dies with the room, or with the last of its workers; a worker that dies takes its own branch
 * only.
 */
export class RoomRouters extends EventEmitter<RoomMediaEvents> implements RoomMedia {
  readonly #options: Options
  /** By worker. */
  readonly #branches = new Map<number, Branch>()
  readonly #keyFrameTurns = new KeyFrameTurns()
  readonly #pipes: PipeLinks
  readonly #inlets: Inlets
  readonly outlets: Outlets
  #closed = false

  constructor(options: Options) {
    super()
    this.#options = options
    this.#pipes = new PipeLinks((to) => {
      for (const { router } of this.#branches.values()) if (router.router === to) router.close()
    })
    const { nodes, listen, log } = options
    this.#inlets = new Inlets({ nodes, listen, onEnded: (producerId) => this.#pipes.drop(producerId), log })
    this.outlets = new Outlets({ routerOn: (worker) => this.#branches.get(worker)?.router, listen, log })
  }

  /** What comes from other nodes and goes to them. */
  get nodePipes(): NodePipes {
    const { outlets } = this
    return {
      pipesIn: this.#inlets.pipeCount,
      producersIn: this.#inlets.size,
      pipesOut: outlets.pipeCount,
      producersOut: outlets.size,
    }
  }

  /** How many producers are brought to another worker than their own. */
  get pipeCount(): number {
    return this.#pipes.size
  }

  /** Makes the first router. @throws SfuError `notReady`, `roomClosed`, `timeout` */
  async open(): Promise<void> {
    await this.#branch().opened
  }

  async openPeer(options: { peerId: PeerId; rtpCapabilities: RtpCapabilities }): Promise<PeerMedia> {
    if (this.#closed) throw new SfuError('roomClosed')
    const branch = this.#branch()
    clearTimeout(branch.grace)
    const peer = await branch.router.openPeer(options, branch.opened)
    if (this.#closed) throw new SfuError('roomClosed')
    return peer
  }

  handleNodeGone(node: NodeId): void {
    this.#inlets.handleNodeGone(node)
    this.outlets.handleNodeGone(node)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#inlets.close()
    this.outlets.close()
    for (const { router, grace } of [...this.#branches.values()]) {
      clearTimeout(grace)
      router.close()
    }
    this.#pipes.close()
    this.emit('closed')
    this.removeAllListeners()
  }

  /** The branch for the next peer. */
  #branch(): Branch {
    const place = this.#options.choosePlace(new Set(this.#branches.keys()))
    if (!place) throw new SfuError('notReady', 'no media worker is running')
    return this.#branches.get(place.index) ?? this.#openBranch(place)
  }

  #openBranch(place: RoomPlace): Branch {
    const { announcedAddresses, log } = this.#options
    const router = new RoomRouter({
      place,
      announcedAddresses,
      keyFrameTurns: this.#keyFrameTurns,
      bring: (wanted, to) => this.#bring(wanted, to),
      log,
    })
    const branch: Branch = { router, opened: router.open(), voices: [], grace: undefined }
    this.#branches.set(place.index, branch)
    // Counted before the first await, so that rooms opened at the same time spread over the workers.
    place.routers.add(router)
    router.on('closed', (lost) => {
      place.routers.delete(router)
      this.#handleClosed(branch, lost)
    })
    router.on('voices', (voices) => {
      branch.voices = voices
      this.emit('voices', loudest([...this.#branches.values()].map((other) => other.voices)))
    })
    router.on('consumersLost', (peerId, consumerIds) => this.emit('consumersLost', peerId, consumerIds))
    router.on('idle', () => this.#handleIdle(branch))
    branch.opened.catch(() => router.close())
    return branch
  }

  async #bring({ producerId, at }: WantedProducer, to: RoomRouter): Promise<() => void> {
    if (at) return await this.#bringFromNode(producerId, at, to)
    if (to.publishes(producerId)) return () => {}
    for (const { router: from } of this.#branches.values())
      if (from.publishes(producerId)) return await this.#pipes.bring(producerId, from.router, to.router)
    throw new SfuError('notFound')
  }

  async #bringFromNode(producerId: ProducerId, at: At, { router: to }: RoomRouter): Promise<() => void> {
    const { from, release } = await this.#inlets.bring(producerId, at, to)
    if (from === to) return release
    try {
      const unlink = await this.#pipes.bring(producerId, from, to)
      return () => {
        unlink()
        release()
      }
    } catch (error) {
      release()
      throw error
    }
  }

  #handleClosed({ router, grace }: Branch, lost: PeerId[]): void {
    clearTimeout(grace)
    this.#branches.delete(router.index)
    if (this.#closed) return
    if (this.#branches.size === 0) this.close()
    else if (lost.length > 0) this.emit('peersLost', lost)
  }

  #handleIdle(branch: Branch): void {
    clearTimeout(branch.grace)
    branch.grace = setTimeout(() => {
      if (this.#branches.size === 1 || branch.router.peerCount > 0) return
      // Others have from it what came from another node.
      if (branch.router.isOpen && this.#inlets.isUsed(branch.router.router)) this.#handleIdle(branch)
      else branch.router.close()
    }, this.#options.graceMs)
    branch.grace.unref()
  }
}
