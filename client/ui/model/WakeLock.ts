/** Keeps the screen on while somebody is in a call (W3C screen-wake-lock), where the browser can. */
export class WakeLock {
  #wanted = false
  #lock: WakeLockSentinel | undefined

  constructor() {
    // The browser lets go of it whenever the page is hidden.
    document.addEventListener('visibilitychange', () => void this.#update())
  }

  set(wanted: boolean): void {
    this.#wanted = wanted
    void this.#update()
  }

  async #update(): Promise<void> {
    const lock = this.#lock
    if (!this.#wanted) {
      this.#lock = undefined
      return lock?.release().catch(() => undefined)
    }
    if (document.visibilityState !== 'visible' || (lock && !lock.released)) return
    try {
      const taken = await navigator.wakeLock?.request('screen')
      if (this.#wanted) this.#lock = taken
      else await taken?.release()
    } catch {
      // An empty battery, or a browser that does not want to: the screen goes dark as it would anyway.
    }
  }
}
