import type { Tile } from '../../shared/requests.ts'
import { normalizeTiles, sameTiles } from './viewport.ts'

/** A resize or a scroll reports a lot: the first goes at once, the last of each interval after it. */
const INTERVAL_MS = 200

/** Tells the server what is on screen, no more often than needed. It outlives sessions: the next join starts with it. */
export class ViewportReporter {
  #tiles: readonly Tile[] | undefined
  #sent: readonly Tile[] | undefined
  #send: ((tiles: readonly Tile[]) => Promise<unknown>) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  /** The last report, for `join`; undefined: the server chooses a few small ones. */
  get tiles(): readonly Tile[] | undefined {
    return this.#tiles
  }

  report(tiles: readonly Tile[]): void {
    this.#tiles = normalizeTiles(tiles)
    if (this.#timer === undefined) this.#flush()
  }

  /** A session has begun that knows of `sent`; undefined: what it knows is not certain. */
  start(sent: readonly Tile[] | undefined, send: (tiles: readonly Tile[]) => Promise<unknown>): void {
    this.stop()
    this.#sent = sent
    this.#send = send
    this.#flush()
  }

  stop(): void {
    this.#send = undefined
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #flush(): void {
    const tiles = this.#tiles
    const send = this.#send
    if (send === undefined || tiles === undefined) return
    if (this.#sent !== undefined && sameTiles(this.#sent, tiles)) return
    this.#sent = tiles
    send(tiles).catch(() => {
      // The server does not have it: let the next report through even if it is the same.
      if (this.#sent === tiles) this.#sent = undefined
    })
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#flush()
    }, INTERVAL_MS)
  }
}
