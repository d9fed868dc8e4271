import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import type { RoomId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { roomLink } from '../model/route.ts'
import { LinkField } from '../parts/LinkField.tsx'

/** A link that lets one person in, past password and lobby; for those who may make one. */
export function InviteOne({ roomId }: { roomId: RoomId }) {
  const { control } = useModel()
  const url = useSignal('')
  const id = useId()
  if (!control.can('invite')) return null
  const make = () =>
    control.run(async (moderation) => {
      const { invite } = await moderation.createInvite()
      url.value = `${roomLink(roomId)}#invite=${invite}`
    })
  return (
    <section class="invite-one" aria-labelledby={id}>
      <h3 id={id}>{t('share.one')}</h3>
      <p class="hint">{t('share.oneText')}</p>
      {url.value && <LinkField url={url.value} label={t('share.one')} testId="invite-link" />}
      <button type="button" class="button" data-testid="invite-one" onClick={() => void make()}>
        {t('share.oneMake')}
      </button>
    </section>
  )
}
