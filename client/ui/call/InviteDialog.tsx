import type { RoomId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { inviteText } from '../model/inviteText.ts'
import { useModel } from '../model/model.ts'
import { Dialog } from '../parts/Dialog.tsx'
import { InviteLink } from '../parts/InviteLink.tsx'
import { lazily } from '../parts/lazily.tsx'

const InviteOne = lazily(() => import('../moderation/InviteOne.tsx').then((module) => module.InviteOne))

export function InviteDialog({ roomId, onClose }: { roomId: RoomId; onClose: () => void }) {
  const { control } = useModel()
  return (
    <Dialog title={t('share.title')} onClose={onClose}>
      <p>{t(inviteText(control.access.value.room))}</p>
      <InviteLink roomId={roomId} />
      <InviteOne roomId={roomId} />
    </Dialog>
  )
}
