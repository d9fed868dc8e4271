import type { Session } from './Session.ts'

/** Sockets of one address that are connected but not in a room; a whole office may come from one address. */
const MOST_PER_ADDRESS = 64
/** The page gives its preparation up after two minutes; this is for those that don't, milliseconds. */
const LONGEST_WAIT_MS = 150_000

/** Bounds how many sessions wait before a join, and for how long: each may hold transports that nobody uses. */
export class WaitingSessions {
  readonly #longestWaitMs: number
  readonly #counts = new Map<string, number>()

  constructor({ longestWaitMs = LONGEST_WAIT_MS } = {}) {
    this.#longestWaitMs = longestWaitMs
  }

  hasRoomFor(address: string): boolean {
    return (this.#counts.get(address) ?? 0) < MOST_PER_ADDRESS
  }

  /** @returns to be called once the session has joined or is over */
  add(address: string, session: Session): () => void {
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1)
    const timer = setTimeout(() => session.end('idle'), this.#longestWaitMs)
    let over = false
    return () => {
      if (over) return
      over = true
      clearTimeout(timer)
      const count = (this.#counts.get(address) ?? 1) - 1
      if (count > 0) this.#counts.set(address, count)
      else this.#counts.delete(address)
    }
  }
}
