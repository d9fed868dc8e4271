import { useRef } from 'preact/hooks'
import type { RoomId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { HANDHELD } from '../model/handheld.ts'
import { useModel } from '../model/model.ts'
import { roomName } from '../model/roomId.ts'
import { ChatButton } from '../panels/ChatButton.tsx'
import { HandButton } from '../panels/HandButton.tsx'
import { MoreMenu } from '../panels/MoreMenu.tsx'
import { PeopleButton } from '../panels/PeopleButton.tsx'
import { ReactionButton } from '../panels/ReactionButton.tsx'
import { DeviceToggle } from '../parts/DeviceToggle.tsx'
import { LayoutMenu } from './LayoutMenu.tsx'
import { LeaveButton } from './LeaveButton.tsx'
import { ScreenButton } from './ScreenButton.tsx'
import { useIdle } from './useIdle.ts'
import { useMedia } from './useMedia.ts'
import { useNarrow } from './useNarrow.ts'

/** Who holds it upright has room for faces and buttons, and nothing but a tap to bring them back with. */
const UPRIGHT_HANDHELD = `${HANDHELD} and (orientation: portrait)`

/**
 * What one can do in a call. Goes while nobody moves, but not while one is alone or the connection is lost, nor on a
 * telephone held upright.
 */
export function ControlBar({ roomId }: { roomId: RoomId }) {
  const { call, panels } = useModel()
  const name = roomName(roomId)
  const bar = useRef<HTMLElement>(null)
  const narrow = useNarrow()
  const { connection, self, peers } = call.state.value
  const upright = useMedia(UPRIGHT_HANDHELD)
  const needed = upright || peers.length === 0 || connection !== 'connected' || panels.panel.value !== undefined
  const idle = useIdle(bar, !needed)
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
        <LeaveButton />
      </div>
    </footer>
  )
}
