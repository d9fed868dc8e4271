import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { setBackgroundBlur, supportsBackgroundBlur } from '../../sdk/localMedia.ts'
import { supportsVideoEffects, VideoEffects } from '../../sdk/VideoEffects.ts'
import type { Preferences } from './Preferences.ts'

/** `blur` is done by the browser or the system, the others by the page. */
export const BACKGROUNDS = ['none', 'blur', 'frosted', 'ascii'] as const
export type Background = (typeof BACKGROUNDS)[number]

/** The camera's picture as it is shown and sent: plain, or with what the person has chosen to do with it. */
export class CameraPicture {
  readonly track: ReadonlySignal<MediaStreamTrack | undefined>
  /** What this browser and this camera can. */
  readonly choices: ReadonlySignal<readonly Background[]>
  readonly chosen: ReadonlySignal<Background>
  /** The chosen effect broke. */
  readonly failed: Signal<boolean> = signal(false)
  readonly #track: Signal<MediaStreamTrack | undefined> = signal(undefined)
  readonly #source: Signal<MediaStreamTrack | undefined> = signal(undefined)
  readonly #effects: VideoEffects
  readonly #preferences: Preferences
  readonly #onFailed: () => void

  /**
   * @param publish gives a new track to the others, in the place of the one before
   * @param onFailed the effect broke: nothing is shown until there is another source
   */
  constructor(preferences: Preferences, publish: (track: MediaStreamTrack) => void, onFailed: () => void) {
    this.#preferences = preferences
    this.#onFailed = onFailed
    this.track = this.#track
    this.#effects = new VideoEffects({
      onTrack: (track) => {
        this.#track.value = track
        if (track) publish(track)
      },
      onError: () => this.#fail(),
    })
    this.choices = computed(() => {
      const source = this.#source.value
      const able: Readonly<Record<Background, boolean>> = {
        none: true,
        blur: source !== undefined && supportsBackgroundBlur(source),
        frosted: supportsVideoEffects(),
        ascii: supportsVideoEffects(),
      }
      return BACKGROUNDS.filter((background) => able[background])
    })
    this.chosen = computed(
      () => BACKGROUNDS.find((background) => background === preferences.background.value) ?? 'none',
    )
    effect(() => void this.#apply(this.chosen.value))
  }

  choose(background: Background): void {
    this.failed.value = false
    this.#preferences.set('background', background)
  }

  /** Another camera, or none; resolves when its picture is the one that is shown. */
  async setSource(source: MediaStreamTrack | undefined): Promise<void> {
    this.#source.value = source
    // Who wants to be seen before a blurred wall is not seen before a plain one meanwhile.
    if (source && this.chosen.peek() === 'blur' && !(await this.#applyBlur(source, true))) return
    if (this.#source.peek() === source) await this.#effects.setSource(source)
  }

  /** What hides the room next is there before what hid it so far is taken away. */
  async #apply(chosen: Background): Promise<void> {
    const source = this.#source.peek()
    if (source && chosen === 'blur' && !(await this.#applyBlur(source, true))) return
    if (this.chosen.peek() !== chosen) return
    await this.#effects.setEffect(chosen === 'frosted' || chosen === 'ascii' ? chosen : undefined)
    if (source && chosen !== 'blur') await this.#applyBlur(source, false)
  }

  /** @returns whether the camera is as it should be */
  async #applyBlur(source: MediaStreamTrack, on: boolean): Promise<boolean> {
    const done = supportsBackgroundBlur(source) ? await setBackgroundBlur(source, on) : !on
    if (done || !on || this.#source.peek() !== source) return true
    this.#fail()
    return false
  }

  #fail(): void {
    this.failed.value = true
    this.#preferences.set('background', 'none')
    this.#onFailed()
  }
}
