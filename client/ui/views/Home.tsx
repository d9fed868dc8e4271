import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { randomRoomId, roomIdFromText } from '../model/roomId.ts'
import { navigate, roomPath } from '../model/route.ts'
import { Page } from '../parts/Page.tsx'

/** Where a call begins: a new one, or one with a name. */
export function Home() {
  const typed = useSignal('')
  const bad = useSignal(false)
  const id = useId()
  const open = (event: SubmitEvent) => {
    event.preventDefault()
    const roomId = roomIdFromText(typed.value)
    bad.value = roomId === undefined
    if (roomId) navigate(roomPath(roomId))
  }
  return (
    <Page>
      <section class="card home">
        <h1>{t('home.title')}</h1>
        <p class="lead">{t('home.lead')}</p>
        <button
          type="button"
          class="button button-primary button-large"
          data-testid="new-call"
          onClick={() => navigate(roomPath(randomRoomId()))}
        >
          {t('home.start')}
        </button>
        <p class="divider">{t('home.or')}</p>
        <form class="field" onSubmit={open} noValidate>
          <label for={id}>{t('home.roomLabel')}</label>
          <div class="field-row">
            <input
              id={id}
              data-testid="room"
              value={typed.value}
              placeholder={t('home.roomPlaceholder')}
              autocapitalize="none"
              autocomplete="off"
              spellcheck={false}
              aria-invalid={bad.value}
              aria-describedby={`${id}-hint`}
              onInput={(event) => {
                typed.value = event.currentTarget.value
                bad.value = false
              }}
            />
            <button type="submit" class="button" data-testid="open-room">
              {t('home.open')}
            </button>
          </div>
          <p
            id={`${id}-hint`}
            class="hint"
            data-tone={bad.value ? 'danger' : undefined}
            role={bad.value ? 'alert' : undefined}
          >
            {t(bad.value ? 'home.badRoom' : 'home.roomHint')}
          </p>
        </form>
      </section>
    </Page>
  )
}
