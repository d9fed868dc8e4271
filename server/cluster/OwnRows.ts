import type { NodeEventName } from './nodeApi.ts'
import type { Entry } from './wire.ts'

/** So many events wait for a Redis that is away; of more, the oldest are lost. */
const MOST_EVENTS = 500
/** What nobody wants to hear so much later, milliseconds. */
const KEEP_EVENTS_MS = 60_000
const KEEP_MOMENTS_MS = 3000
/** Of these only the last one says how it is. */
const REPLACED: ReadonlySet<string> = new Set<NodeEventName>(['voices'])
export const MOMENTS: ReadonlySet<string> = new Set<NodeEventName>(['voices', 'hint', 'reaction'])

type Queued = { entry: Extract<Entry, { kind: 'event' }>; at: number }

/** What one write brings to Redis. */
export type RowsWrite = {
  /** Everything this node has in the room before is void. */
  whole: boolean
  set: readonly (readonly [row: string, json: string])[]
  gone: readonly string[]
  events: readonly Queued[]
  closed: boolean
}

/**
 * What this node says in one room, kept until Redis has it: all rows, which of them Redis does not have yet, and the
 * events that wait. Never more than the rows and {@link MOST_EVENTS}, however long Redis is away.
 */
export class OwnRows {
  /** `name key` → JSON. */
  readonly #rows = new Map<string, string>()
  readonly #changed = new Set<string>()
  #events: Queued[] = []
  /** Redis may have anything: what is written next is all. */
  #unsure = true
  #closed = false

  get hasPeers(): boolean {
    return [...this.#rows.keys()].some((row) => row.startsWith('peer '))
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** Redis has all that this node says. */
  get isWritten(): boolean {
    return !this.#unsure && this.#changed.size === 0 && this.#events.length === 0
  }

  /** @returns whether anything is different */
  set(row: string, json: string | undefined): boolean {
    if (this.#rows.get(row) === json) return false
    if (json === undefined) this.#rows.delete(row)
    else this.#rows.set(row, json)
    if (!this.#unsure) this.#changed.add(row)
    return true
  }

  queue(entry: Queued['entry'], now: number): void {
    if (REPLACED.has(entry.name)) this.#events = this.#events.filter((queued) => queued.entry.name !== entry.name)
    this.#events.push({ entry, at: now })
    if (this.#events.length > MOST_EVENTS) this.#events.shift()
  }

  /** Redis may have lost what it had, or may have got what is not known to have arrived. */
  distrust(): void {
    this.#unsure = true
    this.#changed.clear()
  }

  /** What an earlier link to the same room has not told. */
  adopt({ events }: Pick<RowsWrite, 'events'>): void {
    this.#events = [...events, ...this.#events].slice(-MOST_EVENTS)
  }

  close(): void {
    this.#closed = true
    this.#rows.clear()
    this.distrust()
  }

  /** What Redis does not have; it counts as written until {@link giveBack}. */
  take(now: number): RowsWrite {
    const whole = this.#unsure
    const rows = whole ? [...this.#rows.keys()] : [...this.#changed]
    const set = rows.flatMap((row) => {
      const json = this.#rows.get(row)
      return json === undefined ? [] : [[row, json] as const]
    })
    const gone = rows.filter((row) => !this.#rows.has(row))
    const events = this.#events.filter(({ entry, at }) => now - at < keepMs(entry.name))
    this.#events = []
    this.#changed.clear()
    this.#unsure = false
    return { whole, set, gone, events, closed: this.#closed }
  }

  /** A write has failed, or nobody knows. */
  giveBack(write: RowsWrite): void {
    this.distrust()
    this.adopt(write)
  }
}

const keepMs = (name: string) => (MOMENTS.has(name) && !REPLACED.has(name) ? KEEP_MOMENTS_MS : KEEP_EVENTS_MS)
