import { networkInterfaces } from 'node:os'
import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { RoomId } from '../../shared/ids.ts'
import type { RoomLink } from '../cluster/Cluster.ts'
import { placePeer, type WorkerLoad, workersLoad } from '../core/placement.ts'
import { deathsInARow, isTrusted, respawnDelayMs, STABLE_AFTER_MS } from '../core/respawn.ts'
import { runInBackground } from '../lib/background.ts'
import { withDeadline } from '../lib/deadline.ts'
import { StartError } from '../lib/StartError.ts'
import { WORKER_DEADLINE_MS } from './callWorker.ts'
import { routerRtpCapabilities } from './codecs.ts'
import { listenInfos } from './listenInfos.ts'
import type { MediaPort, RoomMedia } from './MediaPort.ts'
import type { PipeAddress } from './pipeTransport.ts'
import type { RoomRouter } from './RoomRouter.ts'
import { type NodePipes, ROUTER_GRACE_MS, RoomRouters } from './RoomRouters.ts'
import { WorkerWatchdog } from './WorkerWatchdog.ts'
import { endWorker, killWorker, startWorker } from './workerProcess.ts'

export type WorkerPoolOptions = {
  count: number
  /** First media port; 0: free ones. */
  mediaPort: number
  announcedAddresses: readonly string[]
  /** A room that has a worker so full goes on with another. */
  consumersPerWorker: number
  /** Where other nodes reach the ends of pipes; undefined: only those of this machine do. */
  pipes?: PipeAddress | undefined
  /** Path of mediasoup-worker; empty: where mediasoup looks by itself. */
  workerBin: string
  /** How long a worker must live to be trusted after others have died, milliseconds. */
  stableAfterMs?: number
  /** How long a worker keeps its part of a room after the last peer there, milliseconds. */
  routerGraceMs?: number
  log: Logger
}

/** One worker process, its server on its media port, and the routers of rooms on it. */
type Slot = {
  index: number
  worker: types.Worker
  webRtcServer: types.WebRtcServer
  routers: Set<RoomRouter>
  /** By `performance.now()`. */
  startedAt: number
  watchdog: WorkerWatchdog
}

/** Owns the mediasoup workers, a WebRtcServer for each, and starts new ones for those that die or hang. */
export class WorkerPool implements MediaPort {
  readonly rtpCapabilities = routerRtpCapabilities()
  readonly #options: WorkerPoolOptions
  readonly #stableAfterMs: number
  readonly #slots = new Map<number, Slot>()
  readonly #rooms = new Set<RoomRouters>()
  /** In a row, up to the worker that runs now. */
  readonly #deaths = new Map<number, number>()
  readonly #respawns = new Set<NodeJS.Timeout>()
  #closed = false

  private constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#stableAfterMs = options.stableAfterMs ?? STABLE_AFTER_MS
  }

  /** @throws StartError in words, when a worker cannot start or a port is taken */
  static async create(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options)
    const started = await Promise.allSettled(Array.from({ length: options.count }, (_, index) => pool.#start(index)))
    const failure = started.find((result) => result.status === 'rejected')
    if (!failure) return pool
    pool.close()
    throw failure.reason
  }

  /** Not while all workers keep dying, though one may run just now. */
  get ready(): boolean {
    return this.workers.some(({ trusted }) => trusted)
  }

  /** One entry a worker: its process id, what it carries, and whether it may be relied on. */
  get workers(): (WorkerLoad<number> & { pid: number })[] {
    return [...this.#slots.values()]
      .sort((a, b) => a.index - b.index)
      .map(({ index, worker, routers, watchdog, startedAt }) => ({
        id: index,
        pid: worker.pid,
        trusted: isTrusted(this.#deaths.get(index) ?? 0, performance.now() - startedAt, this.#stableAfterMs),
        rooms: routers.size,
        peers: sum(routers, ({ peerCount }) => peerCount),
        consumers: sum(routers, ({ consumerCount }) => consumerCount),
        cpu: watchdog.cpu,
      }))
  }

  get load(): number {
    const { consumersPerWorker } = this.#options
    return workersLoad(this.workers, consumersPerWorker)
  }

  /** How many producers are brought from the worker they are on to another. */
  get pipes(): number {
    return sum(this.#rooms, ({ pipeCount }) => pipeCount)
  }

  /** What comes from other nodes and goes to them. */
  get nodePipes(): NodePipes {
    const rooms = [...this.#rooms].map(({ nodePipes }) => nodePipes)
    return {
      pipesIn: sum(rooms, ({ pipesIn }) => pipesIn),
      producersIn: sum(rooms, ({ producersIn }) => producersIn),
      pipesOut: sum(rooms, ({ pipesOut }) => pipesOut),
      producersOut: sum(rooms, ({ producersOut }) => producersOut),
    }
  }

  async openRoom(roomId: RoomId, nodes: Pick<RoomLink, 'command'>): Promise<RoomMedia> {
    const room = new RoomRouters({
      choosePlace: (used) => {
        const index = placePeer(this.workers, used, this.#options.consumersPerWorker)
        return index === undefined ? undefined : this.#slots.get(index)
      },
      announcedAddresses: this.#options.announcedAddresses,
      nodes,
      listen: this.#options.pipes,
      graceMs: this.#options.routerGraceMs ?? ROUTER_GRACE_MS,
      log: this.#options.log.child({ room: roomId }),
    })
    this.#rooms.add(room)
    room.on('closed', () => this.#rooms.delete(room))
    try {
      await room.open()
    } catch (error) {
      room.close()
      throw error
    }
    return room
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const timer of this.#respawns) clearTimeout(timer)
    for (const room of [...this.#rooms]) room.close()
    for (const slot of this.#slots.values()) {
      slot.watchdog.close()
      endWorker(slot.worker)
    }
    this.#slots.clear()
  }

  async #start(index: number): Promise<void> {
    const { workerBin, log, mediaPort } = this.#options
    const worker = await startWorker(workerBin)
    const port = mediaPort === 0 ? 0 : mediaPort + index
    try {
      const webRtcServer = await withDeadline(
        worker.createWebRtcServer({ listenInfos: listenInfos(port, networkInterfaces()) }),
        {
          ms: WORKER_DEADLINE_MS,
          what: 'listen on the media port',
        },
      )
      if (this.#closed) throw new SfuError('notReady', 'the server stops')
      const watchdog = new WorkerWatchdog(worker, (reason) => this.#kill(slot, reason))
      const slot: Slot = { index, worker, webRtcServer, routers: new Set(), startedAt: performance.now(), watchdog }
      this.#slots.set(index, slot)
      worker.on('died', () => this.#handleDied(slot))
      log.info({ worker: index, pid: worker.pid, port: port === 0 ? 'any' : port }, 'media worker started')
    } catch (error) {
      endWorker(worker)
      if (error instanceof SfuError) throw error
      throw new StartError([
        `Media port ${port} cannot be used: ${(error as Error).message}`,
        'Another program may hold it (`ss -tulpn`), or another Tertulia runs: choose another MEDIA_PORT.',
      ])
    }
  }

  /** Then it dies like any other. */
  #kill({ index, worker }: Slot, reason: string): void {
    this.#options.log.error({ worker: index, pid: worker.pid, reason }, 'media worker fails and is killed')
    killWorker(worker)
  }

  #handleDied(slot: Slot): void {
    slot.watchdog.close()
    if (this.#closed) return
    const { log } = this.#options
    this.#slots.delete(slot.index)
    log.error({ worker: slot.index, pid: slot.worker.pid, rooms: slot.routers.size }, 'media worker died')
    this.#respawn(slot.index, performance.now() - slot.startedAt)
    for (const router of [...slot.routers]) router.close()
  }

  #respawn(index: number, livedMs: number): void {
    const deaths = deathsInARow(this.#deaths.get(index) ?? 0, livedMs, this.#stableAfterMs)
    this.#deaths.set(index, deaths)
    const delayMs = respawnDelayMs(deaths)
    this.#options.log.info({ worker: index, deaths, delayMs }, 'media worker will be replaced')
    const timer = setTimeout(() => {
      this.#respawns.delete(timer)
      runInBackground(async () => {
        await this.#start(index).catch((error: unknown) => {
          if (this.#closed) return
          this.#options.log.error({ err: error, worker: index }, 'media worker could not be replaced')
          this.#respawn(index, 0)
        })
      }, this.#options.log)
    }, delayMs)
    this.#respawns.add(timer)
  }
}

const sum = <T>(items: Iterable<T>, of: (item: T) => number): number => {
  let total = 0
  for (const item of items) total += of(item)
  return total
}
