import { type Signal, signal } from '@preact/signals'
import { SfuError } from '../../../shared/errors.ts'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'
import type { ScreenHint } from '../../sdk/encodings.ts'
import { captureScreen } from '../../sdk/localMedia.ts'
import { isHandheld } from './handheld.ts'
import type { Publications } from './Publications.ts'

/** One's own screen while it is shared. Owns its tracks; ends with the call, or when the browser's own bar ends it. */
export class ScreenShare {
  readonly track: Signal<MediaStreamTrack | undefined> = signal(undefined)
  /** `failed`: the browser or the system said no, not the person; `taken`: somebody else shares already. */
  readonly problem: Signal<'failed' | 'taken' | undefined> = signal(undefined)
  /** What matters more: small print, or that a film is fluid. */
  readonly hint: Signal<ScreenHint> = signal('detail')
  readonly #client: ConferenceClient
  readonly #publications: Publications
  #tracks: MediaStreamTrack[] = []
  #asking = false

  constructor(client: ConferenceClient, publications: Publications) {
    this.#client = client
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

  setHint(hint: ScreenHint): void {
    this.hint.value = hint
    this.#client.setScreenHint(hint).catch((error: unknown) => console.warn('tertulia: the hint was not taken', error))
  }

  #handleRefused(screen: MediaStreamTrack, error: unknown): void {
    if (this.track.peek() !== screen) return
    this.problem.value = error instanceof SfuError && error.code === 'screenTaken' ? 'taken' : 'failed'
    this.stop()
  }

  async #start(): Promise<void> {
    this.#asking = true
    this.problem.value = undefined
    const { tracks, problems } = await captureScreen()
    this.#asking = false
    // Closing the browser's own dialog is a refusal too, and needs no explanation.
    if (problems.some(({ reason }) => reason !== 'permissionDenied')) this.problem.value = 'failed'
    const { screen, screenAudio } = tracks
    if (!screen) return
    this.#tracks = screenAudio ? [screen, screenAudio] : [screen]
    screen.addEventListener('ended', () => {
      if (this.track.peek() === screen) this.stop()
    })
    this.track.value = screen
    this.#publications.put('screen', screen, {
      paused: false,
      onRefused: (error) => this.#handleRefused(screen, error),
    })
    if (screenAudio) this.#publications.put('screenAudio', screenAudio, { paused: false })
  }
}
