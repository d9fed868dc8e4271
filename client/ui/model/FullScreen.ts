import { type ReadonlySignal, type Signal, signal } from '@preact/signals'

/** The page, or one tile of it, without anything around. */
export class FullScreen {
  /** What fills the screen now. */
  readonly element: ReadonlySignal<Element | undefined>
  readonly supported: boolean = document.fullscreenEnabled ?? false

  constructor() {
    const element: Signal<Element | undefined> = signal(undefined)
    this.element = element
    document.addEventListener('fullscreenchange', () => {
      element.value = document.fullscreenElement ?? undefined
    })
  }

  /** Has to be called from a click or a key. */
  async toggle(target: Element = document.documentElement): Promise<void> {
    const leaving = document.fullscreenElement === target
    // A browser may refuse, and then everything stays as it is.
    await (leaving ? document.exitFullscreen() : target.requestFullscreen()).catch(() => undefined)
  }
}
