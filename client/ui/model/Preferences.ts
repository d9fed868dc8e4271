import { type Signal, signal } from '@preact/signals'

/** What is remembered, and what holds until a person has said otherwise. */
const DEFAULTS = {
  name: '',
  micId: '',
  camId: '',
  speakerId: '',
  /** A language tag; empty: the browser's. */
  language: '',
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  /** One's own picture as in a mirror, for oneself only. */
  mirror: true,
  /** What is done with one's own picture; see `Effects`. */
  background: 'none',
  /** Most that is received, kbit/s; empty: no limit. */
  maxKbps: '',
  /** How the tiles stand; see `LayoutState`. */
  layout: 'auto',
  /** A sound when somebody comes or goes. */
  chimes: true,
  /** Single letters do something. */
  shortcuts: true,
  /** The space bar, held, opens a muted microphone. */
  pushToTalk: true,
}

type Widened<T> = T extends boolean ? boolean : T extends string ? string : never
export type PreferenceValues = { [K in keyof typeof DEFAULTS]: Widened<(typeof DEFAULTS)[K]> }
export type PreferenceKey = keyof PreferenceValues
/** Those that are on or off. */
export type SwitchKey = { [K in PreferenceKey]: PreferenceValues[K] extends boolean ? K : never }[PreferenceKey]
type Signals = { readonly [K in PreferenceKey]: Signal<PreferenceValues[K]> }

/** What the page remembers of a person, in this browser only. Works without storage too: then for this visit. */
export type Preferences = Signals & {
  set<K extends PreferenceKey>(key: K, value: PreferenceValues[K]): void
}

export function createPreferences(): Preferences {
  const entries = Object.entries(DEFAULTS).map(([key, value]) => [key, signal(read(key, value))])
  const signals = Object.fromEntries(entries) as Signals
  return {
    ...signals,
    set(key, value) {
      signals[key].value = value
      try {
        localStorage.setItem(storageKey(key), String(value))
      } catch {
        // Storage is full or forbidden (private windows, blocked cookies): nothing that a person must know.
      }
    },
  }
}

const storageKey = (key: string) => `tertulia.${key}`

function read(key: string, otherwise: string | boolean): string | boolean {
  try {
    const stored = localStorage.getItem(storageKey(key))
    if (stored === null) return otherwise
    return typeof otherwise === 'boolean' ? stored === 'true' : stored
  } catch {
    return otherwise
  }
}
