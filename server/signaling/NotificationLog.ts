import type { NotificationData, NotificationName } from '../../shared/notifications.ts'

export type Logged = { readonly name: NotificationName; readonly data: unknown; readonly seq: number }

type Entry = Logged & { readonly at: number; readonly bytes: number }

/** What is kept for who comes back: so many, for so long, of so many bytes in all. */
const MOST = 512
const LONGEST_MS = 120_000
const MOST_BYTES = 256 * 1024

/** What goes to everyone in a room is one object: it is measured once. */
const sizes = new WeakMap<object, number>()

/** Numbers the notifications of one membership, and keeps the last of them. It goes from session to session. */
export class NotificationLog {
  readonly #now: () => number
  readonly #entries: Entry[] = []
  #bytes = 0
  #lastSeq = 0

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  get lastSeq(): number {
    return this.#lastSeq
  }

  add<N extends NotificationName>(name: N, data: NotificationData<N>): Logged {
    const entry = { name, data, seq: ++this.#lastSeq, at: this.#now(), bytes: sizeOf(data) }
    this.#entries.push(entry)
    this.#bytes += entry.bytes
    this.#forget()
    return entry
  }

  /** All that came after; undefined where it no longer reaches back so far, or was never there. */
  since(seq: number): Logged[] | undefined {
    this.#forget()
    const missing = this.#lastSeq - seq
    if (missing < 0 || missing > this.#entries.length) return undefined
    return this.#entries.slice(this.#entries.length - missing)
  }

  #forget(): void {
    const oldest = this.#now() - LONGEST_MS
    let [first] = this.#entries
    while (first && (this.#entries.length > MOST || this.#bytes > MOST_BYTES || first.at < oldest)) {
      this.#bytes -= first.bytes
      this.#entries.shift()
      first = this.#entries[0]
    }
  }
}

function sizeOf(data: object): number {
  const known = sizes.get(data)
  if (known !== undefined) return known
  const size = JSON.stringify(data).length
  sizes.set(data, size)
  return size
}
