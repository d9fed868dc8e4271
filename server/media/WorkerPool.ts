import { networkInterfaces } from 'node:os'
import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { RoomId } from '../../shared/ids.ts'
import { chooseWorker } from '../core/placement.ts'
import { deathsInARow, isTrusted, respawnDelayMs, STABLE_AFTER_MS } from '../core/respawn.ts'
import { runInBackground } from '../lib/background.ts'
import { withDeadline } from '../lib/deadline.ts'
import { StartError } from '../lib/StartError.ts'
import { callWorker, WORKER_DEADLINE_MS } from './callWorker.ts'
import { closeMedia } from './closeMedia.ts'
import { ROUTER_CODECS, routerRtpCapabilities } from './codecs.ts'
import { listenInfos } from './listenInfos.ts'
import type { MediaPort, RoomMedia } from './MediaPort.ts'
import { RoomRouters } from './RoomRouters.ts'
import { WorkerWatchdog } from './WorkerWatchdog.ts'
import { endWorker, killWorker, startWorker } from './workerProcess.ts'

export type WorkerPoolOptions = {
  count: number
  /** First media port; 0: free ones. */
  mediaPort: number
  announcedAddresses: readonly string[]
  /** Path of mediasoup-worker; empty: where mediasoup looks by itself. */
  workerBin: string
  /** How long a worker must live to be trusted after others have died, milliseconds. */
  stableAfterMs?: number
  log: Logger
}

/** One worker process, its server on its media port, and the rooms it carries. */
type Slot = {
  index: number
  worker: types.Worker
  webRtcServer: types.WebRtcServer
  rooms: Set<RoomRouters>
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
  get workers(): { index: number; pid: number; trusted: boolean; rooms: number; consumers: number }[] {
    return [...this.#slots.values()].map(({ index, worker, startedAt, rooms }) => ({
      index,
      pid: worker.pid,
      trusted: isTrusted(this.#deaths.get(index) ?? 0, performance.now() - startedAt, this.#stableAfterMs),
      rooms: rooms.size,
      consumers: [...rooms].reduce((sum, room) => sum + room.consumerCount, 0),
    }))
  }

  async openRoom(roomId: RoomId): Promise<RoomMedia> {
    const index = chooseWorker(this.workers.map(({ index, ...load }) => ({ id: index, ...load })))
    const slot = index === undefined ? undefined : this.#slots.get(index)
    if (!slot) throw new SfuError('notReady', 'no media worker is running')
    const room = new RoomRouters({
      worker: slot.index,
      webRtcServer: slot.webRtcServer,
      announcedAddresses: this.#options.announcedAddresses,
      log: this.#options.log.child({ room: roomId, worker: slot.index }),
    })
    // Counted before the first await, so that rooms opened at the same time spread over the workers.
    slot.rooms.add(room)
    room.on('closed', () => slot.rooms.delete(room))
    try {
      await room.open(
        callWorker(slot.worker.createRouter({ mediaCodecs: ROUTER_CODECS }), 'create a router', closeMedia),
      )
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
    for (const slot of this.#slots.values()) {
      slot.watchdog.close()
      for (const room of [...slot.rooms]) room.close()
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
      const slot: Slot = { index, worker, webRtcServer, rooms: new Set(), startedAt: performance.now(), watchdog }
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
    log.error({ worker: slot.index, pid: slot.worker.pid, rooms: slot.rooms.size }, 'media worker died')
    this.#respawn(slot.index, performance.now() - slot.startedAt)
    for (const room of [...slot.rooms]) room.handleWorkerDied()
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
