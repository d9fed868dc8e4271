/**
 * The secrets in the fragment of a link, `#host=…` and `#invite=…`. They do not stay in the address bar: people copy it to
 * invite others, and show it on shared screens. The tab keeps them, so that a reload comes in as the same; another tab, and
 * whoever uses this computer next, has nothing of them. Only of a call that was made here the secret outlives the tab:
 * nobody else was given it, and its maker may come back tomorrow.
 */
import type { RoomId } from '../../../shared/ids.ts'

export type LinkSecrets = { readonly hostSecret?: string; readonly invite?: string }

const keyOf = (roomId: RoomId) => `tertulia.link.${roomId}`
const MADE = 'tertulia.made'
/** Calls that were made in this browser, the last first. */
const MOST_MADE = 20
type Made = readonly (readonly [roomId: string, hostSecret: string])[]

/** As long as the page: for where nothing may be stored. */
const ofPage = new Map<RoomId, LinkSecrets>()

/** For this tab. */
export function keepSecrets(roomId: RoomId, secrets: LinkSecrets): void {
  ofPage.set(roomId, secrets)
  write(() => sessionStorage, keyOf(roomId), secrets)
}

/** For this browser: it has made the room. */
export function keepMade(roomId: RoomId, hostSecret: string): void {
  keepSecrets(roomId, { hostSecret })
  write(() => localStorage, MADE, [[roomId, hostSecret], ...made()].slice(0, MOST_MADE))
}

export function secretsOf(roomId: RoomId): LinkSecrets {
  const ofTab = ofPage.get(roomId) ?? read<LinkSecrets>(() => sessionStorage, keyOf(roomId))
  if (ofTab) return ofTab
  const hostSecret = made().find(([id]) => id === roomId)?.[1]
  return hostSecret === undefined ? {} : { hostSecret }
}

const made = (): Made => read<Made>(() => localStorage, MADE) ?? []

/** Merely asking for a storage throws where a page may not store anything. */
function read<T>(storage: () => Storage, key: string): T | undefined {
  try {
    return JSON.parse(storage().getItem(key) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

function write(storage: () => Storage, key: string, value: unknown): void {
  try {
    storage().setItem(key, JSON.stringify(value))
  } catch {
    // Then it holds until the page is left.
  }
}
