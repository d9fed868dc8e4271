import { useSignal } from '@preact/signals'
import { t } from '../i18n/t.ts'
import { roomIdFromText } from '../model/roomId.ts'
import { navigate, roomPath } from '../model/route.ts'
import { Page } from '../parts/Page.tsx'
import { TextField } from '../parts/TextField.tsx'
import { NewCall } from './NewCall.tsx'

/** Where a call begins: a new one, or one with a name. */
export function Home() {
  const typed = useSignal('')
  const bad = useSignal(false)
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
        <NewCall />
        <p class="divider">{t('home.or')}</p>
        <form onSubmit={open} noValidate>
          <TextField
            label={t('home.roomLabel')}
            testId="room"
            value={typed.value}
            placeholder={t('home.roomPlaceholder')}
            plain
            hint={t('home.roomHint')}
            problem={bad.value ? t('home.badRoom') : undefined}
            onInput={(value) => {
              typed.value = value
              bad.value = false
            }}
          >
            <button type="submit" class="button" data-testid="open-room">
              {t('home.open')}
            </button>
          </TextField>
        </form>
      </section>
    </Page>
  )
}
