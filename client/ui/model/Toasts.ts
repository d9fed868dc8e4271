import { type Signal, signal } from '@preact/signals'
import type { IconName } from '../icons.tsx'

export type ToastOptions = {
  /** A later one with the same key takes the place of the earlier. */
  readonly key: string
  readonly text: string
  readonly icon?: IconName
  readonly action?: { readonly label: string; readonly run: () => void }
  /** Who hears the page has been told by another sentence. */
  readonly spoken?: boolean
}
export type Toast = ToastOptions & { readonly id: number }

const SHOWN_MS = 4000
/** With something to click there is more to read and to reach. */
const SHOWN_WITH_ACTION_MS = 6000
const MOST = 3

/** Short news that goes by itself; nothing that a person would miss if they looked elsewhere. */
export class Toasts {
  readonly toasts: Signal<readonly Toast[]> = signal([])
  #count = 0
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>()
  readonly #say: (text: string) => void

  /** @param say for those who hear the page */
  constructor(say: (text: string) => void) {
    this.#say = say
  }

  show(options: ToastOptions): void {
    const toast = { ...options, id: ++this.#count }
    const others = this.toasts.peek().filter(({ key }) => key !== options.key)
    this.toasts.value = [...others, toast].slice(-MOST)
    this.resume(toast)
    if (!options.spoken) this.#say(options.text)
  }

  dismiss(id: number): void {
    this.pause(id)
    this.toasts.value = this.toasts.peek().filter((toast) => toast.id !== id)
  }

  /** All whose keys begin so. */
  dismissKeys(start: string): void {
    for (const { key, id } of this.toasts.peek()) if (key.startsWith(start)) this.dismiss(id)
  }

  /** Stays while it is pointed at or has the focus. */
  pause(id: number): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
  }

  resume({ id, action }: Toast): void {
    this.pause(id)
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS),
    )
  }

  clear(): void {
    for (const { id } of this.toasts.peek()) this.dismiss(id)
  }
}
