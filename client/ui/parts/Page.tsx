import type { ComponentChildren } from 'preact'
import { t } from '../i18n/t.ts'
import { navigate } from '../model/route.ts'
import { LanguageSelect } from './LanguageSelect.tsx'

/** The frame of every view but the call: the name on top, one thing in the middle. */
export function Page({ children }: { children: ComponentChildren }) {
  const goHome = (event: MouseEvent) => {
    // A click with a key held down opens a window of its own: the browser's business.
    if (event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    navigate('/')
  }
  return (
    <div class="page">
      <header class="page-head">
        <a class="brand" href="/" onClick={goHome}>
          <img src="/icon.svg" alt="" width="28" height="28" />
          {t('app.name')}
        </a>
        <LanguageSelect />
      </header>
      <main class="page-main">{children}</main>
    </div>
  )
}
