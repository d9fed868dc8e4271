import { useEffect, useRef } from 'preact/hooks'
import type { RoomId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { roomName } from '../model/roomId.ts'
import { navigate } from '../model/route.ts'
import { FailureNotice } from '../parts/FailureNotice.tsx'
import { Page } from '../parts/Page.tsx'

/** After the call: why it is over, and the way back. */
export function Ended({ roomId }: { roomId: RoomId }) {
  const { call } = useModel()
  const room = roomName(roomId)
  const heading = useRef<HTMLHeadingElement>(null)
  const reason = call.endReason.value
  const joining = call.joining.value
  // The control that had the focus is gone: a screen reader goes on here.
  useEffect(() => heading.current?.focus(), [])
  return (
    <Page>
      <section class="card" data-testid="ended" data-reason={reason}>
        {room && <p class="room-tag">{t('prejoin.room', { room })}</p>}
        <h1 ref={heading} tabIndex={-1}>
          {t(`ended.${reason}`)}
        </h1>
        <p class="lead">{t(`ended.${reason}Text`)}</p>
        <FailureNotice />
        <div class="actions">
          <button
            type="button"
            class="button button-primary"
            data-testid="rejoin"
            aria-busy={joining}
            onClick={() => void call.rejoin()}
          >
            {t(joining ? 'prejoin.joining' : 'ended.rejoin')}
          </button>
          <button type="button" class="button" onClick={() => navigate('/')}>
            {t('ended.home')}
          </button>
        </div>
      </section>
    </Page>
  )
}
