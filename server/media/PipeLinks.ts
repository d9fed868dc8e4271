import type { types } from 'mediasoup'
import { SfuError } from '../../shared/errors.ts'
import type { ProducerId } from '../../shared/ids.ts'
import { callWorker } from './callWorker.ts'
import { closeMedia } from './closeMedia.ts'
import { SOCKET_BUFFER_BYTES } from './listenInfos.ts'

/** So long after its last viewer a producer is still brought to a router: they often come back, milliseconds. */
export const PIPE_GRACE_MS = 5000

type Pipe = { pipeConsumer?: types.Consumer; pipeProducer?: types.Producer }
type Link = { pipe: Promise<Pipe>; users: number; eviction: NodeJS.Timeout | undefined }

/**
 * Brings producers to other routers of a room, each once however many look at it there, in all its layers. Owned by
 * RoomRouters; a link ends with its last viewer, its producer, or either router.
 */
export class PipeLinks {
  readonly #links = new Map<string, Link>()
  readonly #onBroken: (to: types.Router) => void
  #closed = false

  /** @param onBroken called where a router cannot be reached from another: mediasoup does not try a pair of them twice */
  constructor(onBroken: (to: types.Router) => void) {
    this.#onBroken = onBroken
  }

  /** How many producers are on another router than their own. */
  get size(): number {
    return this.#links.size
  }

  /**
   * Resolves when the producer can be consumed on the other router.
   * @returns lets go of it
   * @throws SfuError `roomClosed` when producer or router are gone, `timeout`
   */
  async bring(producerId: ProducerId, from: types.Router, to: types.Router): Promise<() => void> {
    const key = `${producerId} ${to.id}`
    const link = this.#links.get(key) ?? this.#open(key, producerId, from, to)
    clearTimeout(link.eviction)
    link.users++
    try {
      await link.pipe
    } catch (error) {
      link.users--
      throw error
    }
    let held = true
    return () => {
      if (held) this.#release(key, link)
      held = false
    }
  }

  /** It is not where it was brought from any more. */
  drop(producerId: ProducerId): void {
    for (const [key, link] of [...this.#links]) if (key.startsWith(`${producerId} `)) this.#end(key, link)
  }

  close(): void {
    this.#closed = true
    for (const [key, link] of this.#links) this.#end(key, link)
  }

  #open(key: string, producerId: ProducerId, from: types.Router, to: types.Router): Link {
    const link: Link = { pipe: this.#pipe(producerId, from, to), users: 0, eviction: undefined }
    this.#links.set(key, link)
    const forget = () => {
      clearTimeout(link.eviction)
      if (this.#links.get(key) === link) this.#links.delete(key)
    }
    link.pipe.then(({ pipeProducer }) => pipeProducer?.observer.once('close', forget), forget)
    return link
  }

  async #pipe(producerId: ProducerId, from: types.Router, to: types.Router): Promise<Pipe> {
    const listenInfo: types.TransportListenInfo = {
      protocol: 'udp',
      ip: '127.0.0.1',
      sendBufferSize: SOCKET_BUFFER_BYTES,
      recvBufferSize: SOCKET_BUFFER_BYTES,
    }
    try {
      const piping = from.pipeToRouter({ producerId, router: to, listenInfo, enableSctp: false, enableRtx: true })
      const pipe = await callWorker(piping, 'pipe a producer', closePipe)
      if (!this.#closed && pipe.pipeProducer?.closed === false) return pipe
      closePipe(pipe)
      throw new SfuError('roomClosed')
    } catch (error) {
      const gone = error instanceof SfuError && error.code === 'roomClosed'
      if (!gone && !this.#closed && !to.closed && !from.closed) this.#onBroken(to)
      throw error
    }
  }

  #release(key: string, link: Link): void {
    link.users--
    if (link.users > 0) return
    link.eviction = setTimeout(() => this.#end(key, link), PIPE_GRACE_MS)
    link.eviction.unref()
  }

  #end(key: string, link: Link): void {
    clearTimeout(link.eviction)
    if (this.#links.get(key) === link) this.#links.delete(key)
    link.pipe.then(closePipe, () => {})
  }
}

/** The producer on the other router goes with it. */
const closePipe = ({ pipeConsumer }: Pipe): void => closeMedia(pipeConsumer)
