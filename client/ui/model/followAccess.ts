import { effect, untracked } from '@preact/signals'
import { type TextKey, t } from '../i18n/t.ts'
import type { IconName } from '../icons.tsx'
import type { Announcer } from './Announcer.ts'
import type { Call } from './Call.ts'
import { playChime } from './chime.ts'
import { raiseHandAction } from './explainHold.ts'
import type { Hands } from './Hands.ts'
import type { OwnMedia } from './OwnMedia.ts'
import { holdOf, lostScreen, ownChanges } from './ownAccess.ts'
import type { Preferences } from './Preferences.ts'
import type { ScreenShare } from './ScreenShare.ts'
import type { Toasts } from './Toasts.ts'

type Parts = {
  readonly call: Call
  readonly media: OwnMedia
  readonly screen: ScreenShare
  readonly announcer: Announcer
  readonly preferences: Preferences
  readonly hands: Hands
  readonly toasts: Toasts
}

const ICONS: Readonly<Partial<Record<TextKey, IconName>>> = {
  'self.mutedNow': 'micOff',
  'self.micAllowed': 'mic',
  'self.camStoppedNow': 'camOff',
  'self.camAllowed': 'cam',
}

/** After these one has to ask before one can go on. */
const HELD: ReadonlySet<TextKey> = new Set(['self.mutedNow', 'self.camStoppedNow'])

/** Follows what others decide about this person and whom one may let in: devices go off, and it is said. */
export function followAccess({ call, media, screen, announcer, preferences, hands, toasts }: Parts): void {
  let before = call.state.peek()
  effect(() => {
    const after = call.state.value
    untracked(() => {
      const was = before
      before = after
      for (const device of ['mic', 'cam'] as const) media.hold(device, holdOf(device, after.access))
      const texts = ownChanges(was, after)
      // Who is let in again does not want to be surprised by what they show.
      if (after.access.inLobby) screen.stop()
      if (screen.track.peek() && lostScreen(was, after)) {
        screen.stop()
        texts.push('self.shareStopped')
      }
      for (const text of texts)
        toasts.show({
          key: text,
          text: t(text as 'self.isHost'),
          icon: ICONS[text] ?? 'people',
          ...(HELD.has(text) && raiseHandAction(hands)),
        })
      const known = new Set(was.access.lobby.map(({ peerId }) => peerId))
      const knocking = after.access.lobby.filter(({ peerId }) => !known.has(peerId))
      if (knocking.length === 0) return
      announcer.say(...knocking.map(({ name }) => t('lobby.waits', { name })))
      if (preferences.chimes.peek()) void playChime('knock', preferences.speakerId.peek())
    })
  })
}
