import { render } from 'preact'
import { useEffect } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { ModelProvider, useModel } from '../model/model.ts'
import { SmallView } from './SmallView.tsx'

/** Fills the small window over other programs, while there is one. */
export function SmallWindow() {
  const model = useModel()
  const { pip } = model
  const opened = pip.window.value
  useEffect(() => {
    if (!opened) return
    const { document: page } = opened
    dress(page)
    const root = page.createElement('div')
    root.className = 'small-root'
    page.body.append(root)
    render(
      <ModelProvider value={model}>
        <SmallView />
      </ModelProvider>,
      root,
    )
    return () => {
      render(null, root)
      opened.close()
    }
  }, [opened, model])
  useEffect(() => offerByItself(() => void pip.open().catch(() => undefined)), [pip])
  return null
}

/** The small window begins empty: it gets the language, the style sheets and the marks of the page. */
function dress(page: Document): void {
  page.title = t('layout.smallTitle')
  const { lang, dir, dataset } = document.documentElement
  Object.assign(page.documentElement, { lang, dir })
  Object.assign(page.documentElement.dataset, dataset)
  for (const sheet of document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')) {
    const copy = page.createElement('link')
    copy.rel = 'stylesheet'
    copy.href = sheet.href
    page.head.append(copy)
  }
}

/** Chromium asks for it when a person goes to another tab during a call; others do not know the action. */
function offerByItself(open: () => void): () => void {
  const action = 'enterpictureinpicture' as MediaSessionAction
  const set = (handler: MediaSessionActionHandler | null) => {
    try {
      navigator.mediaSession?.setActionHandler(action, handler)
    } catch {
      // An unknown action: the window opens by the button only.
    }
  }
  set(open)
  return () => set(null)
}
