import { useEffect, useRef } from 'preact/hooks'
import type { RoomId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import type { Ending } from '../model/Call.ts'
import { useModel } from '../model/model.ts'
import { roomName } from '../model/roomId.ts'
import { navigate } from '../model/route.ts'
import { FailureNotice } from '../parts/FailureNotice.tsx'
import { Page } from '../parts/Page.tsx'

/** Somebody has decided that it is over: to come back is not what one is asked for first. */
const FINAL: ReadonlySet<Ending> = new Set(['removed', 'refused', 'callEnded', 'endedByYou'])

/** After the call: why it is over, and the way back. */
export function Ended({ roomId }: { roomId: RoomId }) {
  const { call } = useModel()
  const room = roomName(roomId)
  const heading = useRef<HTMLHeadingElement>(null)
  const reason = call.endReason.value
  const joining = call.joining.value
  const goesHome = reason === 'banned' || FINAL.has(reason)
  const home = (
    <button
      type="button"
      class={goesHome ? 'button button-primary' : 'button'}
      data-testid="go-home"
      onClick={() => navigate('/')}
    >
      {t('ended.home')}
    </button>
  )
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
          {goesHome && home}
          {reason !== 'banned' && (
            <button
              type="button"
              class={goesHome ? 'button' : 'button button-primary'}
              data-testid="rejoin"
              aria-busy={joining}
              onClick={() => void call.rejoin()}
            >
              {t(joining ? 'prejoin.joining' : 'ended.rejoin')}
            </button>
          )}
          {!goesHome && home}
        </div>
      </section>
    </Page>
  )
}
