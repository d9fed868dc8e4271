import { type Signal, signal } from '@preact/signals'
import { captureScreen } from '../../sdk/localMedia.ts'
import { isHandheld } from './handheld.ts'
import type { Publications } from './Publications.ts'

/** One's own screen while it is shared. Owns its tracks; ends with the call, or when the browser's own bar ends it. */
export class ScreenShare {
  readonly track: Signal<MediaStreamTrack | undefined> = signal(undefined)
  /** The browser or the system said no, not the person. */
  readonly failed: Signal<boolean> = signal(false)
  readonly #publications: Publications
  #tracks: MediaStreamTrack[] = []
  #asking = false

  constructor(publications: Publications) {
    this.#publications = publications
  }

  /** Telephones cannot, though some say that they can; no button there. */
  get supported(): boolean {
    return typeof navigator.mediaDevices?.getDisplayMedia === 'function' && !isHandheld()
  }

  async toggle(): Promise<void> {
    if (this.track.peek()) return this.stop()
    if (!this.#asking) await this.#start()
  }

  stop(): void {
    for (const track of this.#tracks) track.stop()
    this.#tracks = []
    if (!this.track.peek()) return
    this.track.value = undefined
    this.#publications.remove('screen')
    this.#publications.remove('screenAudio')
  }

  async #start(): Promise<void> {
    this.#asking = true
    this.failed.value = false
    const { tracks, problems } = await captureScreen()
    this.#asking = false
    // Closing the browser's own dialog is a refusal too, and needs no explanation.
    this.failed.value = problems.some(({ reason }) => reason !== 'permissionDenied')
    const { screen, screenAudio } = tracks
    if (!screen) return
    this.#tracks = screenAudio ? [screen, screenAudio] : [screen]
    screen.addEventListener('ended', () => {
      if (this.track.peek() === screen) this.stop()
    })
    this.track.value = screen
    this.#publications.put('screen', screen, { paused: false })
    if (screenAudio) this.#publications.put('screenAudio', screenAudio, { paused: false })
  }
}
