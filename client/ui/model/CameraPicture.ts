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
  /** The chosen effect broke; the plain picture is shown instead. */
  readonly failed: Signal<boolean> = signal(false)
  readonly #track: Signal<MediaStreamTrack | undefined> = signal(undefined)
  readonly #source: Signal<MediaStreamTrack | undefined> = signal(undefined)
  readonly #effects: VideoEffects
  readonly #preferences: Preferences

  /** @param publish gives a new track to the others, in the place of the one before */
  constructor(preferences: Preferences, publish: (track: MediaStreamTrack) => void) {
    this.#preferences = preferences
    this.track = this.#track
    this.#effects = new VideoEffects({
      onTrack: (track) => {
        this.#track.value = track
        if (track) publish(track)
      },
      onError: () => {
        this.failed.value = true
        preferences.set('background', 'none')
      },
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
    effect(() => {
      const source = this.#source.value
      if (source && supportsBackgroundBlur(source)) void setBackgroundBlur(source, this.chosen.value === 'blur')
    })
    effect(() => {
      const chosen = this.chosen.value
      void this.#effects.setEffect(chosen === 'frosted' || chosen === 'ascii' ? chosen : undefined)
    })
  }

  choose(background: Background): void {
    this.failed.value = false
    this.#preferences.set('background', background)
  }

  /** Another camera, or none; resolves when its picture is the one that is shown. */
  setSource(source: MediaStreamTrack | undefined): Promise<void> {
    this.#source.value = source
    return this.#effects.setSource(source)
  }
}
