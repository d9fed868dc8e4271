import { useRef } from 'preact/hooks'
import type { RoomId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { roomName } from '../model/roomId.ts'
import { ChatButton } from '../panels/ChatButton.tsx'
import { HandButton } from '../panels/HandButton.tsx'
import { MoreMenu } from '../panels/MoreMenu.tsx'
import { PeopleButton } from '../panels/PeopleButton.tsx'
import { ReactionButton } from '../panels/ReactionButton.tsx'
import { DeviceToggle } from '../parts/DeviceToggle.tsx'
import { IconButton } from '../parts/IconButton.tsx'
import { LayoutMenu } from './LayoutMenu.tsx'
import { ScreenButton } from './ScreenButton.tsx'
import { useIdle } from './useIdle.ts'
import { useNarrow } from './useNarrow.ts'

/** What one can do in a call. Goes while nobody moves, but not while one is alone or the connection is lost. */
export function ControlBar({ roomId }: { roomId: RoomId }) {
  const { call, panels } = useModel()
  const name = roomName(roomId)
  const bar = useRef<HTMLElement>(null)
  const narrow = useNarrow()
  const { connection, self, peers } = call.state.value
  const idle = useIdle(bar, peers.length > 0 && connection === 'connected' && panels.panel.value === undefined)
  return (
    <footer class="bar" ref={bar} data-idle={idle}>
      <p class="bar-room">
        {name && <span class="bar-room-name">{name}</span>}
        <span class="bar-room-count" data-testid="people-count">
          {t('call.people', { count: peers.length + (self ? 1 : 0) })}
        </span>
      </p>
      <div class="bar-buttons" role="toolbar" aria-label={t('call.controls')}>
        <DeviceToggle device="mic" />
        <DeviceToggle device="cam" />
        {!narrow && <ScreenButton />}
        <HandButton />
        <ReactionButton />
        <ChatButton />
        {!narrow && <PeopleButton />}
        {!narrow && <LayoutMenu />}
        <MoreMenu />
        <IconButton
          icon="leave"
          label={t('call.leave')}
          tone="danger"
          testId="leave"
          onClick={() => void call.leave()}
        />
      </div>
    </footer>
  )
}
