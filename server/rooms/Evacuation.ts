import type { Lobby } from './Lobby.ts'
import type { Peer } from './Peer.ts'
import type { Room } from './Room.ts'

export type EvacuationPlan = {
  /** When the server ends all calls, milliseconds since 1970. */
  readonly stopsAt: number
  /** Whether there is another node to go to, as it is now. */
  readonly hasElsewhere: () => boolean
  /** Over how long people are asked to go, milliseconds: all at once would be a crowd where they go to. */
  readonly spreadMs: number
}

type Options = EvacuationPlan & {
  readonly rooms: () => Iterable<Room>
  readonly lobbies: () => Iterable<Lobby>
  readonly now: () => number
}

/** How often it is looked for people who have come in meanwhile, and for other nodes. */
const LOOK_EVERY_MS = 500
/** The other nodes know by then that nobody is to be sent here. */
const HEARD_AFTER_MS = 1000

/**
 * Empties the rooms of a server that stops: asks everyone to move to another node, or, where there is none, tells them
 * when their calls end.
 */
export class Evacuation {
  readonly #options: Options
  readonly #asked = new WeakSet<Peer>()
  readonly #asking = new Set<NodeJS.Timeout>()
  readonly #timer: NodeJS.Timeout
  readonly #beganAt: number
  #announced = false

  constructor(options: Options) {
    this.#options = options
    this.#beganAt = options.now()
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
    this.#look()
  }

  close(): void {
    clearInterval(this.#timer)
    for (const timer of this.#asking) clearTimeout(timer)
    this.#asking.clear()
  }

  #look(): void {
    const { hasElsewhere, now, spreadMs } = this.#options
    const isElsewhere = hasElsewhere()
    // Who moves does not care when this node stops; who has not by then is to know.
    if (!isElsewhere || now() - this.#beganAt > 1.5 * spreadMs) this.#announce()
    if (isElsewhere) this.#clear()
  }

  #announce(): void {
    if (this.#announced) return
    this.#announced = true
    for (const room of this.#options.rooms()) room.announceStop(this.#options.stopsAt)
  }

  #clear(): void {
    for (const lobby of this.#options.lobbies()) lobby.close('serverStopping')
    for (const room of this.#options.rooms()) {
      // Who is not in the room yet loses nothing: the next attempt leads elsewhere.
      for (const peer of [...room.roster.warm]) room.expel(peer, 'serverStopping')
      for (const peer of room.roster.here.values()) if (!this.#asked.has(peer)) this.#ask(peer)
    }
  }

  #ask(peer: Peer): void {
    this.#asked.add(peer)
    const { spreadMs, now } = this.#options
    const earliest = this.#beganAt + Math.min(HEARD_AFTER_MS, spreadMs / 2)
    const at = earliest + Math.random() * (this.#beganAt + spreadMs - earliest)
    const timer = setTimeout(
      () => {
        this.#asking.delete(timer)
        if (!peer.closed) peer.session.notify('moveRequested', {})
      },
      Math.max(0, at - now()),
    )
    this.#asking.add(timer)
  }
}
