import { peerLiveness } from '../core/liveness.ts'
import type { Peer } from './Peer.ts'

const LOOK_EVERY_MS = 1000

type Options = {
  /** How long a peer may be without a socket, milliseconds; 0: it leaves with its socket. */
  resumeMaxMs: number
  /** Whether it is there looks different. */
  onChanged: (peer: Peer) => void
  onGone: (peer: Peer) => void
}

/** The peers of a room whose sockets are gone: shows the others that they are away, and lets go of them. Owned by Room. */
export class Absences {
  readonly #options: Options
  /** When each was last heard of. */
  readonly #since = new Map<Peer, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: Options) {
    this.#options = options
  }

  /** @param silentMs how long nothing has come by its socket, milliseconds */
  begin(peer: Peer, silentMs: number): void {
    this.#since.set(peer, performance.now() - silentMs)
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS)
    this.#lookAt(peer)
  }

  /** It has a socket again. */
  end(peer: Peer): void {
    this.forget(peer)
    this.#show(peer, 'connected')
  }

  /** It is in the room no more. */
  forget(peer: Peer): void {
    this.#since.delete(peer)
    if (this.#since.size === 0) this.close()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    for (const peer of [...this.#since.keys()]) this.#lookAt(peer)
  }

  #lookAt(peer: Peer): void {
    const since = this.#since.get(peer)
    if (since === undefined) return
    const { resumeMaxMs, onGone } = this.#options
    const liveness = peerLiveness(false, peer.media.iceConnected, performance.now() - since, resumeMaxMs)
    if (liveness === 'reconnecting') this.#show(peer, 'reconnecting')
    else if (liveness === 'gone') {
      this.forget(peer)
      onGone(peer)
    }
  }

  #show(peer: Peer, connection: Peer['connection']): void {
    if (peer.connection === connection) return
    peer.connection = connection
    this.#options.onChanged(peer)
  }
}
