import { useSignal } from '@preact/signals'
import type { RoomId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { DeviceToggle } from '../parts/DeviceToggle.tsx'
import { IconButton } from '../parts/IconButton.tsx'
import { InviteDialog } from './InviteDialog.tsx'
import { SettingsDialog } from './SettingsDialog.tsx'

/** What one can do in a call. */
export function ControlBar({ roomId }: { roomId: RoomId }) {
  const { call, screen } = useModel()
  const open = useSignal<'none' | 'invite' | 'settings'>('none')
  const close = () => {
    open.value = 'none'
  }
  const sharing = screen.track.value !== undefined
  const { self, peers } = call.state.value
  return (
    <footer class="bar">
      <p class="bar-room">
        <span class="bar-room-name">{roomId}</span>
        <span class="bar-room-count" data-testid="people-count">
          {t('call.people', { count: peers.length + (self ? 1 : 0) })}
        </span>
      </p>
      <div class="bar-buttons" role="toolbar" aria-label={t('call.controls')}>
        <DeviceToggle device="mic" />
        <DeviceToggle device="cam" />
        {screen.supported && (
          <IconButton
            icon="screen"
            label={t('screen.start')}
            hint={t(sharing ? 'screen.stop' : 'screen.start')}
            pressed={sharing}
            testId="share-screen"
            onClick={() => void screen.toggle()}
          />
        )}
        <IconButton
          icon="settings"
          label={t('call.settings')}
          testId="settings"
          onClick={() => {
            open.value = 'settings'
          }}
        />
        <IconButton
          icon="invite"
          label={t('share.title')}
          testId="share-link"
          onClick={() => {
            open.value = 'invite'
          }}
        />
        <IconButton
          icon="leave"
          label={t('call.leave')}
          tone="danger"
          testId="leave"
          onClick={() => void call.leave()}
        />
      </div>
      {open.value === 'invite' && <InviteDialog roomId={roomId} onClose={close} />}
      {open.value === 'settings' && <SettingsDialog onClose={close} />}
    </footer>
  )
}
