import { useEffect, useRef } from 'preact/hooks'
import type { RoomId } from '../../../shared/ids.ts'
import { Alone } from '../call/Alone.tsx'
import { CallNotices } from '../call/CallNotices.tsx'
import { ControlBar } from '../call/ControlBar.tsx'
import { SmallWindow } from '../call/SmallWindow.tsx'
import { Sounds } from '../call/Sounds.tsx'
import { Stage } from '../call/Stage.tsx'
import { t } from '../i18n/t.ts'
import { roomName } from '../model/roomId.ts'
import { CallExtras } from '../panels/CallExtras.tsx'
import { keepFocus } from '../parts/keepFocus.ts'

/** The call itself. */
export function CallView({ roomId }: { roomId: RoomId }) {
  const room = roomName(roomId)
  const region = useRef<HTMLElement>(null)
  // The button that was pressed to join is gone: keys and a screen reader go on here.
  useEffect(() => {
    const call = region.current
    if (!call) return
    if (document.activeElement === document.body) call.focus({ preventScroll: true })
    return keepFocus(call, call)
  }, [])
  return (
    <>
      <main
        ref={region}
        class="call"
        tabIndex={-1}
        aria-label={room ? t('call.region', { room }) : t('call.regionUnnamed')}
      >
        <CallNotices />
        <Stage />
        <Alone roomId={roomId} />
        <ControlBar roomId={roomId} />
        <Sounds />
        <SmallWindow />
      </main>
      <CallExtras />
    </>
  )
}
