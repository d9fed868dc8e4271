import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { RoomId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { inviteText } from '../model/inviteText.ts'
import { useModel } from '../model/model.ts'
import { IconButton } from '../parts/IconButton.tsx'
import { InviteLink } from '../parts/InviteLink.tsx'

/** Offers the link to who is alone; not while somebody knocks, nor once it was closed, until others have been here. */
export function Alone({ roomId }: { roomId: RoomId }) {
  const { call, control } = useModel()
  const hadCompany = useSignal(false)
  const closed = useSignal(false)
  const alone = call.state.value.peers.length === 0
  useEffect(() => {
    if (alone) return
    hadCompany.value = true
    closed.value = false
  }, [alone, hadCompany, closed])
  const { lobby, room } = control.access.value
  if (!alone || closed.value || lobby.length > 0) return null
  const title = t(hadCompany.value ? 'call.aloneAgainTitle' : 'call.aloneTitle')
  const rules = inviteText(room)
  return (
    <section class="alone" aria-label={title} data-testid="alone">
      <header class="alone-head">
        <h2>{title}</h2>
        <IconButton
          icon="close"
          label={t('dialog.close')}
          testId="close-alone"
          onClick={({ currentTarget }) => {
            // The button goes: keys go on from the call.
            currentTarget.closest('main')?.focus({ preventScroll: true })
            closed.value = true
          }}
        />
      </header>
      <p>{t(rules === 'share.text' ? 'call.aloneText' : rules)}</p>
      <InviteLink roomId={roomId} />
    </section>
  )
}
