/** Devices that come and go while a call lasts. */
import { effect } from '@preact/signals'
import { t } from '../i18n/t.ts'
import type { OwnMedia } from './OwnMedia.ts'
import type { Playback } from './Playback.ts'
import type { Preferences } from './Preferences.ts'
import type { Toasts } from './Toasts.ts'

type Parts = {
  readonly media: OwnMedia
  readonly playback: Playback
  readonly preferences: Preferences
  readonly toasts: Toasts
}

/** Says which device took the place of another, and lets everyone be heard where there still is an output. */
export function followDevices({ media, playback, preferences, toasts }: Parts): void {
  effect(() => {
    const replaced = media.replaced.value
    if (!replaced) return
    const { source, label } = replaced
    const text = t(`device.replaced.${source}`, { name: label })
    toasts.show({ key: `device:${source}`, icon: source === 'mic' ? 'mic' : 'cam', text })
  })
  let wasThere = false
  effect(() => {
    const chosen = preferences.speakerId.value
    const { speakers } = media.devices.value
    const isThere = speakers.some(({ deviceId }) => deviceId === chosen)
    // Before the first permission nobody knows what there is.
    const gone = chosen !== '' && speakers.length > 0 && !isThere
    playback.useSpeaker(gone ? '' : chosen)
    if (gone && wasThere) toasts.show({ key: 'device:speaker', icon: 'sound', text: t('device.speakerGone') })
    wasThere = chosen !== '' && isThere
  })
}
