import { useEffect, useRef } from 'preact/hooks'
import type { RoomId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { roomName } from '../model/roomId.ts'
import { Page } from '../parts/Page.tsx'
import { Preview } from '../views/Preview.tsx'

/** Somebody in the room has to open first. One goes on seeing oneself; nobody else does. */
export function Lobby({ roomId }: { roomId: RoomId }) {
  const { call } = useModel()
  const room = roomName(roomId)
  const heading = useRef<HTMLHeadingElement>(null)
  const moved = call.phase.value === 'call'
  useEffect(() => heading.current?.focus(), [])
  return (
    <Page>
      <section class="card lobby" data-testid="lobby">
        {room && <p class="room-tag">{t('prejoin.room', { room })}</p>}
        <h1 ref={heading} tabIndex={-1}>
          {t('lobby.title')}
        </h1>
        <p class="lead" role="status">
          {t(moved ? 'lobby.moved' : 'lobby.text')}
        </p>
        <Preview />
        <button type="button" class="button" data-testid="leave-lobby" onClick={() => void call.leave()}>
          {t('call.leave')}
        </button>
      </section>
    </Page>
  )
}
