import type { Session } from './Session.ts'

/** Sockets of one address that are connected but not in a room; a whole office may come from one address. */
const MOST_PER_ADDRESS = 64
/** The page gives its preparation up after two minutes; this is for those that don't, milliseconds. */
const LONGEST_WAIT_MS = 150_000

/** Where one session waits. */
export type WaitingPlace = {
  /** From now on the session is ended if it waits for too long. */
  occupy(session: Session): void
  /** It has joined, or is gone. */
  release(): void
}

/** Bounds how many sessions wait before a join, and for how long: each may hold transports that nobody uses. */
export class WaitingSessions {
  readonly #longestWaitMs: number
  readonly #counts = new Map<string, number>()

  constructor({ longestWaitMs = LONGEST_WAIT_MS } = {}) {
    this.#longestWaitMs = longestWaitMs
  }

  /** Counts at once, before anything is awaited. @returns undefined when the address has too many */
  reserve(address: string): WaitingPlace | undefined {
    const count = this.#counts.get(address) ?? 0
    if (count >= MOST_PER_ADDRESS) return undefined
    this.#counts.set(address, count + 1)
    let timer: NodeJS.Timeout | undefined
    let released = false
    return {
      occupy: (session) => {
        if (!released) timer = setTimeout(() => session.end('idle'), this.#longestWaitMs)
      },
      release: () => {
        if (released) return
        released = true
        clearTimeout(timer)
        this.#leave(address)
      },
    }
  }

  #leave(address: string): void {
    const left = (this.#counts.get(address) ?? 1) - 1
    if (left > 0) this.#counts.set(address, left)
    else this.#counts.delete(address)
  }
}
