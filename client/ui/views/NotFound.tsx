import { t } from '../i18n/t.ts'
import { navigate } from '../model/route.ts'
import { Page } from '../parts/Page.tsx'

export function NotFound() {
  return (
    <Page>
      <section class="card">
        <h1>{t('notFound.title')}</h1>
        <p class="lead">{t('notFound.text')}</p>
        <div class="actions">
          <button type="button" class="button button-primary" onClick={() => navigate('/')}>
            {t('notFound.home')}
          </button>
        </div>
      </section>
    </Page>
  )
}
