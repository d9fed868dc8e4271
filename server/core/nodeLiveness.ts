import type { NodeId } from '../../shared/ids.ts'

/** A node's sign of life, as it stands in the registry. */
export type Beat = {
  /** Another one for each process of a node. */
  readonly epoch: string
  /** Is another one each time. */
  readonly count: number
  /** The process says itself that it ends. */
  readonly left?: boolean
}

/** One process of a node. */
export type NodeProcess = { readonly id: NodeId; readonly epoch: string }

export type LivenessChanges = {
  /** Whatever these have written is void. */
  readonly gone: readonly NodeProcess[]
  /** They were not alive before; some may have been taken for dead by mistake. */
  readonly come: readonly NodeProcess[]
  /** An epoch of theirs came back after another one: two processes use one name. */
  readonly doubled: readonly NodeId[]
}

type Alive = { readonly epoch: string; count: number; silentMs: number }

/** Without a new beat for so long a node is dead, milliseconds in which the registry could be asked. */
export const DEAD_AFTER_MS = 4000
/** Of a pause between two answers no more counts: perhaps it was the observer who stood still. */
const LONGEST_PAUSE_MS = 1500
/** So many dead processes are remembered. */
const MOST_DEAD = 1000

/**
 * Who is alive, as one observer finds by its own clock: clocks of others, and the registry's, do not matter. Lives as
 * long as the observer.
 */
export class NodeLiveness {
  readonly #alive = new Map<NodeId, Alive>()
  /** Beats with which processes died; the oldest first. */
  readonly #dead = new Map<string, number>()
  #answeredAt: number | undefined

  /** The registry could not be asked: nobody could show that they live, so all get their full time again. */
  handleOutage(): void {
    this.#answeredAt = undefined
    for (const node of this.#alive.values()) node.silentMs = 0
  }

  /**
   * @param beats all that stand in the registry
   * @param now of a clock that does not run back, milliseconds
   */
  handleBeats(beats: ReadonlyMap<NodeId, Beat>, now: number): LivenessChanges {
    const pause = Math.min(now - (this.#answeredAt ?? now), LONGEST_PAUSE_MS)
    this.#answeredAt = now
    const gone: NodeProcess[] = []
    const come: NodeProcess[] = []
    const doubled: NodeId[] = []
    for (const [id, beat] of beats) {
      const known = this.#alive.get(id)
      const isSame = known?.epoch === beat.epoch
      if (isSame && known.count !== beat.count) {
        known.count = beat.count
        known.silentMs = -pause
      }
      if (isSame && beat.left) gone.push(this.#bury(id, known))
      if (isSame || beat.left || this.#dead.get(keyOf(id, beat.epoch)) === beat.count) continue
      if (known) {
        if (this.#dead.has(keyOf(id, beat.epoch))) doubled.push(id)
        gone.push(this.#bury(id, known))
      }
      this.#welcome(id, beat, -pause)
      come.push({ id, epoch: beat.epoch })
    }
    for (const [id, node] of this.#alive) {
      node.silentMs += pause
      if (node.silentMs >= DEAD_AFTER_MS) gone.push(this.#bury(id, node))
    }
    return { gone, come, doubled }
  }

  /** Whether what a process has written holds. */
  isAlive({ id, epoch }: NodeProcess): boolean {
    return this.#alive.get(id)?.epoch === epoch
  }

  isDead({ id, epoch }: NodeProcess): boolean {
    return !this.isAlive({ id, epoch }) && this.#dead.has(keyOf(id, epoch))
  }

  get alive(): NodeId[] {
    return [...this.#alive.keys()]
  }

  /** A process that the registry has not shown yet has said something, so it lives. @returns whom it replaces */
  handleSign({ id, epoch }: NodeProcess): NodeProcess | undefined {
    const known = this.#alive.get(id)
    if (known?.epoch === epoch) return undefined
    // Its first beat differs from this, whatever it is.
    this.#welcome(id, { epoch, count: Number.NaN }, 0)
    return known && this.#bury(id, known, { keep: true })
  }

  #welcome(id: NodeId, { epoch, count }: Beat, silentMs: number): void {
    this.#dead.delete(keyOf(id, epoch))
    this.#alive.set(id, { epoch, count, silentMs })
  }

  #bury(id: NodeId, { epoch, count }: Alive, { keep = false } = {}): NodeProcess {
    if (!keep) this.#alive.delete(id)
    const key = keyOf(id, epoch)
    this.#dead.delete(key)
    this.#dead.set(key, count)
    const [oldest] = this.#dead.keys()
    if (this.#dead.size > MOST_DEAD && oldest !== undefined) this.#dead.delete(oldest)
    return { id, epoch }
  }
}

const keyOf = (id: NodeId, epoch: string) => `${id} ${epoch}`
