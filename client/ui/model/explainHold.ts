import { t } from '../i18n/t.ts'
import type { Hands } from './Hands.ts'
import type { Device } from './OwnMedia.ts'
import type { Hold } from './ownAccess.ts'
import type { Toasts } from './Toasts.ts'

type Parts = { readonly hands: Hands; readonly toasts: Toasts }

/** To go with a text that says that one cannot speak or be seen: the way to ask for it, unless one has. */
export const raiseHandAction = (hands: Hands) =>
  hands.ownRaised.peek() ? {} : { action: { label: t('hand.raise'), run: () => void hands.toggle() } }

const MUTED = { mic: 'self.mutedNow', cam: 'self.camStoppedNow' } as const

/** Says why a device stays off when somebody tries to turn it on. */
export function explainHold(device: Device, hold: Hold, { hands, toasts }: Parts): void {
  const text = t(hold === 'muted' ? MUTED[device] : 'self.listening')
  toasts.show({ key: `hold:${device}`, text, icon: `${device}Off`, ...raiseHandAction(hands) })
}
