import { type Signal, signal } from '@preact/signals'

export type Announcement = { readonly id: number; readonly text: string }

const KEPT = 4

/** The last few sentences for those who hear the page; the live region shows them to screen readers only. */
export class Announcer {
  readonly announcements: Signal<readonly Announcement[]> = signal([])
  #count = 0

  say(...texts: string[]): void {
    if (texts.length === 0) return
    const added = texts.map((text) => ({ id: ++this.#count, text }))
    this.announcements.value = [...this.announcements.peek(), ...added].slice(-KEPT)
  }
}
