import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { useModel } from '../model/model.ts'

/** Somebody knocks: stays until they are let in, turned away, or gone. */
export function LobbyNotice() {
  const { control, panels } = useModel()
  const { lobby } = control.access.value
  const [first] = lobby
  if (!first || panels.panel.value === 'people') return null
  const single = lobby.length === 1
  const text = single ? t('lobby.waits', { name: first.name }) : t('lobby.waiting', { count: lobby.length })
  return (
    <section class="knock" aria-label={t('room.lobby')} data-testid="knock">
      <Icon name="door" />
      <span class="knock-text" dir="auto">
        {text}
      </span>
      <span class="knock-buttons">
        <button
          type="button"
          class="button button-small button-primary"
          data-testid="knock-admit"
          onClick={() => void control.admitAll()}
        >
          {t(single ? 'lobby.admit' : 'lobby.admitAll')}
        </button>
        {single ? (
          <button
            type="button"
            class="button button-small"
            data-testid="knock-refuse"
            onClick={() => void control.run((moderation) => moderation.refuse(first.peerId))}
          >
            {t('lobby.refuse')}
          </button>
        ) : (
          <button
            type="button"
            class="button button-small"
            data-testid="knock-show"
            onClick={() => panels.show('people')}
          >
            {t('lobby.show')}
          </button>
        )}
      </span>
    </section>
  )
}
