import { useSignal } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import type { Ban } from '../../../shared/access.ts'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { Avatar } from '../parts/Avatar.tsx'

/** Who is banned, and may be let in again; nothing where nobody is. */
export function BannedList() {
  const { control } = useModel()
  const bans = useSignal<readonly Ban[]>([])
  const id = useId()
  useEffect(() => {
    void control.bans().then((found) => {
      bans.value = found
    })
  }, [control, bans])
  if (bans.value.length === 0) return null
  return (
    <section class="banned" aria-labelledby={id} data-testid="banned">
      <h3 id={id}>{t('room.bans')}</h3>
      <ul class="people-list">
        {bans.value.map((ban) => (
          <li key={ban.peerId} class="person">
            <div class="person-line">
              <Avatar name={ban.name} />
              <span class="person-name" dir="auto">
                {ban.name}
              </span>
              <button
                type="button"
                class="button button-small"
                data-testid="lift-ban"
                aria-label={`${t('room.liftBan')}: ${ban.name}`}
                onClick={async () => {
                  if (await control.liftBan(ban)) bans.value = bans.value.filter((other) => other !== ban)
                }}
              >
                {t('room.liftBan')}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
