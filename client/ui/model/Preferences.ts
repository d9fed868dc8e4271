import { type Signal, signal } from '@preact/signals'

/** What the page remembers of a person, in this browser only. Works without storage too: then for this visit. */
export class Preferences {
  readonly name: Signal<string> = signal(read('name'))
  readonly micId: Signal<string> = signal(read('micId'))
  readonly camId: Signal<string> = signal(read('camId'))

  set(key: 'name' | 'micId' | 'camId', value: string): void {
    this[key].value = value
    try {
      localStorage.setItem(storageKey(key), value)
    } catch {
      // Storage is full or forbidden (private windows, blocked cookies): nothing that a person must know.
    }
  }
}

const storageKey = (key: string) => `tertulia.${key}`

function read(key: string): string {
  try {
    return localStorage.getItem(storageKey(key)) ?? ''
  } catch {
    return ''
  }
}
