import { effect, type Signal, signal } from '@preact/signals'
import { watchSpeech } from '../../sdk/watchSpeech.ts'
import { t } from '../i18n/t.ts'
import type { OwnMedia } from './OwnMedia.ts'
import type { Toasts } from './Toasts.ts'

const KEY = 'muted-speech'
/** Who does not want to be heard need not be told again and again. */
const QUIET_FOR_MS = 30_000

/** Tells a person who speaks into a microphone that is off. The sound stays in this page. */
export class MutedSpeech {
  readonly #active: Signal<boolean> = signal(false)
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(media: OwnMedia, toasts: Toasts) {
    effect(() => {
      const track = media.tracks.mic.value
      if (!this.#active.value || !track || media.on.mic.value || media.held.mic.value) {
        toasts.dismissKeys(KEY)
        return
      }
      return watchSpeech(track, () => {
        const now = performance.now()
        if (now - this.#toldAt < QUIET_FOR_MS) return
        this.#toldAt = now
        toasts.show({
          key: KEY,
          text: t('toast.muted'),
          icon: 'micOff',
          action: { label: t('toast.unmute'), run: () => void media.toggle('mic') },
        })
      })
    })
  }

  set(active: boolean): void {
    this.#active.value = active
  }
}
