import type { Source } from '../../shared/media.ts'
import type { JoinOptions } from './types.ts'

/** What is kept of a visit, so that a reload of the page continues it. */
export type Remembered = {
  readonly ticket: string
  /** Who asked for it, with what: see {@link visitorOf}. */
  readonly visitor: string
  readonly name: string
  /** Microphone and camera, where they were not on: they must not be heard or seen again without being asked. */
  readonly muted: readonly Source[]
}

/** Whoever asks with the same name and the same credentials is taken for the same. */
export const visitorOf = ({ name, hostSecret, invite, token }: JoinOptions): string =>
  JSON.stringify([name, hostSecret ?? null, invite ?? null, token ?? null])

const keyOf = (roomId: string) => `tertulia.visit.${roomId}`

/** Where visits are remembered: in the tab's sessionStorage, which a reload keeps; outside of a page, in memory. */
export class TicketStore {
  readonly #memory = new Map<string, string>()

  get(roomId: string): Remembered | undefined {
    const text = storage()?.getItem(keyOf(roomId)) ?? this.#memory.get(roomId)
    if (!text) return undefined
    try {
      return JSON.parse(text) as Remembered
    } catch {
      return undefined
    }
  }

  set(roomId: string, remembered: Remembered): void {
    const text = JSON.stringify(remembered)
    try {
      const tab = storage()
      if (tab) tab.setItem(keyOf(roomId), text)
      else this.#memory.set(roomId, text)
    } catch {
      // A full or forbidden storage: then a reload starts anew, and a reconnect goes on from here.
      this.#memory.set(roomId, text)
    }
  }

  delete(roomId: string): void {
    this.#memory.delete(roomId)
    storage()?.removeItem(keyOf(roomId))
  }
}

/** Merely asking for it throws where a page may not store anything. */
function storage(): Storage | undefined {
  try {
    return typeof window === 'undefined' ? undefined : window.sessionStorage
  } catch {
    return undefined
  }
}
