import { randomUUID } from 'node:crypto'
import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { ProducerId } from '../../shared/ids.ts'
import type { RoomLink } from '../cluster/Cluster.ts'
import type { PublishedProducer } from '../core/subscriptions.ts'
import { runInBackground } from '../lib/background.ts'
import { callWorker } from './callWorker.ts'
import { closeMedia } from './closeMedia.ts'
import { KEY_FRAME_REQUEST_DELAY_MS } from './KeyFrameTurns.ts'
import { isNotFound, NodeLine } from './NodeLine.ts'
import { createPipeTransport, endOf, type PipeAddress } from './pipeTransport.ts'

/** So long a pipe that carries nothing stays open, milliseconds. */
export const EMPTY_PIPE_GRACE_MS = 5000
/** How often it is looked at whether something still comes, milliseconds. */
const LOOK_EVERY_MS = 5000
/** What is published there may be muted at first. */
const LOOKS_BEFORE_WARNING = 3

/** One worker of another node. */
export type At = NonNullable<PublishedProducer['at']>

type Options = {
  at: At
  router: types.Router
  nodes: Pick<RoomLink, 'command'>
  listen: PipeAddress | undefined
  onClosed: () => void
  log: Logger
}

/**
 * The pipe from one worker of another node to one router here; this is the end at which media comes out. Owned by
 * Inlets; dies with its router, when it has carried nothing for a while, or when the other end is gone.
 */
export class NodePipe {
  readonly #options: Options
  readonly #id = randomUUID()
  readonly #line: NodeLine
  readonly #opening: Promise<types.PipeTransport>
  /** What is wanted through it, with what is being fetched. */
  readonly #wanted = new Set<ProducerId>()
  /** The last thing that was begun about each producer: one at a time, lest the other node hears them in another order. */
  readonly #turns = new Map<ProducerId, Promise<unknown>>()
  #transport: types.PipeTransport | undefined
  #state: 'new' | 'asked' | 'open' | 'closed' = 'new'
  #bytesReceived = 0
  /** Looks in a row at which nothing had come yet. */
  #silentLooks = 0
  #grace: NodeJS.Timeout | undefined
  #look: NodeJS.Timeout | undefined

  constructor(options: Options) {
    this.#options = options
    this.#line = new NodeLine(options.at.node, options.nodes, options.log)
    this.#opening = this.#open()
    this.#opening.catch(() => this.close())
  }

  /**
   * Whatever comes of it, it is wanted until `stop()`.
   * @throws SfuError `notFound` when the other end is gone, `roomClosed`, `timeout` and what `sendThrough` throws
   */
  fetch(producerId: ProducerId): Promise<types.Producer> {
    clearTimeout(this.#grace)
    this.#wanted.add(producerId)
    return this.#inTurn(producerId, async () => {
      const transport = await this.#opening
      this.#checkOpen()
      const { kind, rtpParameters } = await this.#line.ask('sendThrough', { pipeId: this.#id, producerId })
      this.#checkOpen()
      const production = transport.produce({
        id: producerId,
        kind,
        rtpParameters: rtpParameters as types.RtpParameters,
        keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS,
      })
      const producer = await callWorker(production, 'receive through a pipe', closeMedia)
      if (producer.closed) throw new SfuError('roomClosed')
      return producer
    })
  }

  /** Who has fetched it closes it. */
  stop(producerId: ProducerId): void {
    if (!this.#wanted.delete(producerId) || this.#state === 'closed') return
    if (this.#wanted.size === 0) {
      clearTimeout(this.#grace)
      this.#grace = setTimeout(() => this.close(), EMPTY_PIPE_GRACE_MS)
      this.#grace.unref()
    }
    // The end of the pipe is the end of all that goes through it.
    const isOpen = () => this.#state !== 'closed'
    runInBackground(
      () => this.#inTurn(producerId, () => this.#line.tell('stopSending', { pipeId: this.#id, producerId }, isOpen)),
      this.#options.log,
    )
  }

  /** @param tell whether there is anybody at the other end */
  close({ tell = true } = {}): void {
    if (this.#state === 'closed') return
    const before = this.#state
    this.#state = 'closed'
    clearTimeout(this.#grace)
    clearInterval(this.#look)
    closeMedia(this.#transport)
    this.#options.onClosed()
    if (!tell || before === 'new') return
    runInBackground(async () => {
      // In this order, else a pipe that is just being opened would stay.
      if (before === 'asked') await this.#opening.catch(() => {})
      await this.#line.tell('closePipe', { pipeId: this.#id }, () => true)
    }, this.#options.log)
  }

  async #open(): Promise<types.PipeTransport> {
    const { at, router, listen } = this.#options
    const transport = await createPipeTransport(router, listen)
    this.#transport = transport
    transport.observer.once('close', () => this.close())
    try {
      if (transport.closed) throw new SfuError('roomClosed')
      this.#checkOpen()
      this.#state = 'asked'
      const end = await this.#line.ask('openPipe', { pipeId: this.#id, worker: at.worker, end: endOf(transport) })
      this.#checkOpen()
      await callWorker(transport.connect(end), 'connect a pipe')
      this.#checkOpen()
    } catch (error) {
      closeMedia(transport)
      throw error
    }
    this.#state = 'open'
    this.#look = setInterval(
      () => runInBackground(() => this.#checkArrival(transport), this.#options.log),
      LOOK_EVERY_MS,
    )
    this.#look.unref()
    return transport
  }

  /**
   * The other node may have given this one up, or have been started anew, so that nothing comes any more and nobody says
   * so. Where nothing comes it is asked to send what it sends, which is nothing new to it.
   */
  async #checkArrival(transport: types.PipeTransport): Promise<void> {
    const before = this.#bytesReceived
    const [producerId] = this.#wanted
    if (producerId === undefined) return
    try {
      const [stats] = await callWorker(transport.getStats(), 'read a pipe')
      this.#bytesReceived = stats?.bytesReceived ?? 0
      if (this.#bytesReceived !== before) return
      await this.#inTurn(producerId, async () => {
        if (this.#wanted.has(producerId) && this.#state === 'open')
          await this.#line.ask('sendThrough', { pipeId: this.#id, producerId })
      })
      if (this.#bytesReceived === 0 && ++this.#silentLooks === LOOKS_BEFORE_WARNING)
        this.#options.log.warn({ at: this.#options.at }, 'nothing comes from another node: are the pipe ports open?')
    } catch (error) {
      if (isNotFound(error)) this.close({ tell: false })
      else if (this.#state === 'open') this.#options.log.debug({ err: error, at: this.#options.at }, 'a pipe is silent')
    }
  }

  async #inTurn<T>(producerId: ProducerId, task: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(producerId) ?? Promise.resolve()).then(task, task)
    this.#turns.set(producerId, turn)
    try {
      return await turn
    } finally {
      if (this.#turns.get(producerId) === turn) this.#turns.delete(producerId)
    }
  }

  #checkOpen(): void {
    if (this.#state === 'closed') throw new SfuError('roomClosed')
  }
}
