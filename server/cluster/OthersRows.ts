import type { Logger } from 'pino'
import type { NodeId } from '../../shared/ids.ts'
import type { NodeProcess } from '../core/nodeLiveness.ts'
import type { RoomListener } from './Cluster.ts'
import { MOMENTS } from './OwnRows.ts'
import { parse, processText, readEvent, readState, type StoredRow } from './wire.ts'

/** A node that has written anew since an outage has said so by then, milliseconds. */
const UNMARKED_MS = 5000

type Others = { epoch: string; rows: Map<string, string>; unmarkedSince?: number }

/**
 * What the other nodes say in one room, as far as this one has heard it, and the way to the listener: whatever comes twice,
 * does not fit, or comes after the end, is not told.
 */
export class OthersRows {
  readonly #listener: RoomListener
  readonly #log: Logger
  readonly #nodes = new Map<NodeId, Others>()
  /** The number of the last event of each process. */
  readonly #heard = new Map<string, number>()
  #closed = false

  constructor(listener: RoomListener, log: Logger) {
    this.#listener = listener
    this.#log = log
  }

  get withPeers(): NodeId[] {
    return [...this.#nodes]
      .filter(([, { rows }]) => [...rows.keys()].some((row) => row.startsWith('peer ')))
      .map(([id]) => id)
  }

  /** Something may be wrong that another look would mend. */
  get isUnsure(): boolean {
    return [...this.#nodes.values()].some(({ unmarkedSince }) => unmarkedSince !== undefined)
  }

  handleOutage(): void {
    for (const node of this.#nodes.values()) delete node.unmarkedSince
  }

  /** All rows as they are in Redis, of living processes alone. */
  handleAll(stored: readonly StoredRow[], now: number): void {
    const found = new Map<string, { of: NodeProcess; isComplete: boolean; rows: Map<string, StoredRow['row']> }>()
    for (const { of, row } of stored) {
      const entry = found.get(processText(of)) ?? { of, isComplete: false, rows: new Map() }
      found.set(processText(of), entry)
      if (row) entry.rows.set(`${row.name} ${row.key}`, row)
      else entry.isComplete = true
    }
    for (const { of, rows } of found.values())
      for (const row of rows.values()) if (row) this.handleRow(of, row.name, row.key, parse(row.json))
    for (const [id, node] of [...this.#nodes]) {
      const entry = found.get(processText({ id, epoch: node.epoch }))
      if (entry?.isComplete) delete node.unmarkedSince
      // Redis may have forgotten them, and their node writes them in a moment.
      else node.unmarkedSince ??= now
      const isOver = node.unmarkedSince !== undefined && now - node.unmarkedSince >= UNMARKED_MS
      if (!entry?.isComplete && !isOver) continue
      for (const row of [...node.rows.keys()]) if (!entry?.rows.has(row)) this.#take(id, node, row)
      if (isOver && !entry) this.#nodes.delete(id)
    }
  }

  /** @param value undefined: the row is gone */
  handleRow(of: NodeProcess, name: string, key: string, value: unknown): void {
    const node = this.#nodeOf(of)
    const row = `${name} ${key}`
    if (value === undefined) return void this.#take(of.id, node, row)
    const json = JSON.stringify(value)
    if (node.rows.get(row) === json) return
    const state = readState(name, key, value)
    if (!state) return void this.#log.warn({ other: of.id, state: name, key }, 'a row does not fit')
    node.rows.set(row, json)
    this.#tell(() => this.#listener.handleState(of.id, state.name, state.key, state.value))
  }

  /** @param isOver of a process that is dead: what it said last still holds, what was of that moment does not */
  handleEvent(
    of: NodeProcess,
    { seq, name, data, isOver }: { seq: number; name: string; data: unknown; isOver: boolean },
  ): void {
    const from = processText(of)
    if (seq <= (this.#heard.get(from) ?? -1)) return
    this.#heard.set(from, seq)
    if (isOver && MOMENTS.has(name)) return
    const event = readEvent(name, data)
    if (!event) return void this.#log.warn({ other: of.id, event: name }, 'an event does not fit')
    this.#tell(() => this.#listener.handleEvent(of.id, event.name, event.data))
  }

  /** It has no part in the room any more. */
  handleLeft({ id, epoch }: NodeProcess): void {
    const node = this.#nodes.get(id)
    if (node?.epoch !== epoch) return
    for (const row of [...node.rows.keys()]) this.#take(id, node, row)
    this.#nodes.delete(id)
  }

  handleGone(process: NodeProcess): void {
    this.handleLeft(process)
    this.#tell(() => this.#listener.handleNodeGone(process.id))
  }

  close(): void {
    this.#closed = true
    this.#nodes.clear()
  }

  #nodeOf({ id, epoch }: NodeProcess): Others {
    const known = this.#nodes.get(id)
    if (known?.epoch === epoch) return known
    if (known) this.handleLeft({ id, epoch: known.epoch })
    const node: Others = { epoch, rows: new Map() }
    this.#nodes.set(id, node)
    return node
  }

  #take(id: NodeId, node: Others, row: string): void {
    if (!node.rows.delete(row)) return
    const space = row.indexOf(' ')
    const [name, key] = [row.slice(0, space), row.slice(space + 1)]
    this.#tell(() => {
      if (name === 'peer' || name === 'lobby' || name === 'demand') this.#listener.handleState(id, name, key, undefined)
    })
  }

  /** What a listener does wrong is its own affair: everything else goes on. */
  #tell(tell: () => void): void {
    if (this.#closed) return
    try {
      tell()
    } catch (error) {
      this.#log.error({ err: error }, 'a room has failed with what another node says')
    }
  }
}
