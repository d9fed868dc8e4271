import { useId } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { Avatar } from '../parts/Avatar.tsx'

/** Who waits in the lobby, in the list of people; nothing where nobody does. */
export function LobbyList() {
  const { control } = useModel()
  const id = useId()
  const { lobby } = control.access.value
  if (lobby.length === 0) return null
  return (
    <section aria-labelledby={id} data-testid="lobby-list">
      <h3 id={id}>{t('lobby.heading', { count: lobby.length })}</h3>
      <ul class="people-list">
        {lobby.map(({ peerId, name }) => (
          <li key={peerId} class="person" data-testid="waiting">
            <div class="person-line">
              <Avatar name={name} />
              <span class="person-name" dir="auto">
                {name}
              </span>
            </div>
            <div class="waiting-buttons">
              <button
                type="button"
                class="button button-small button-primary"
                aria-label={`${t('lobby.admit')}: ${name}`}
                data-testid="admit"
                onClick={() => void control.run((moderation) => moderation.admit(peerId))}
              >
                {t('lobby.admit')}
              </button>
              <button
                type="button"
                class="button button-small"
                aria-label={`${t('lobby.refuse')}: ${name}`}
                data-testid="refuse"
                onClick={() => void control.run((moderation) => moderation.refuse(peerId))}
              >
                {t('lobby.refuse')}
              </button>
            </div>
          </li>
        ))}
      </ul>
      {lobby.length > 1 && (
        <button type="button" class="button" data-testid="admit-all" onClick={() => void control.admitAll()}>
          {t('lobby.admitAll')}
        </button>
      )}
    </section>
  )
}
