import type { RoomId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { Dialog } from '../parts/Dialog.tsx'
import { InviteLink } from '../parts/InviteLink.tsx'

export function InviteDialog({ roomId, onClose }: { roomId: RoomId; onClose: () => void }) {
  return (
    <Dialog title={t('share.title')} onClose={onClose}>
      <p>{t('share.text')}</p>
      <InviteLink roomId={roomId} />
    </Dialog>
  )
}
