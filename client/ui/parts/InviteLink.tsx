import type { RoomId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { isLocalHost, roomLink } from '../model/route.ts'
import { LinkField } from './LinkField.tsx'

/** The call's link: never with what makes host. */
export function InviteLink({ roomId }: { roomId: RoomId }) {
  return (
    <>
      <LinkField url={roomLink(roomId)} label={t('share.link')} testId="link" />
      {isLocalHost(location.hostname) && (
        <p class="hint" data-testid="only-here">
          {t('share.onlyHere', { host: location.hostname })}
        </p>
      )}
    </>
  )
}
