import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { IconButton } from './IconButton.tsx'

type Props = {
  readonly title: string
  readonly testId: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** Something to have open beside the call; over it where there is no room. Takes the focus, and gives it back. */
export function SidePanel({ title, testId, onClose, children }: Props) {
  const ref = useRef<HTMLElement>(null)
  const titleId = useId()
  useEffect(() => {
    const panel = ref.current
    const opener = document.activeElement
    const first = panel?.querySelector<HTMLElement>('[data-autofocus]') ?? panel?.querySelector('h2')
    first?.focus({ preventScroll: true })
    return () => {
      // Not if the person has gone on to something else meanwhile.
      const stillHere = document.activeElement === document.body || panel?.contains(document.activeElement)
      if (stillHere && opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
    }
  }, [])
  return (
    <aside ref={ref} class="panel" aria-labelledby={titleId} data-testid={testId}>
      <header class="panel-head">
        <h2 id={titleId} tabIndex={-1}>
          {title}
        </h2>
        <IconButton icon="close" label={t('dialog.close')} testId="close-panel" onClick={onClose} />
      </header>
      {children}
    </aside>
  )
}
