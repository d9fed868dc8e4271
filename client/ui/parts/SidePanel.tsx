import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { IconButton } from './IconButton.tsx'
import { keepFocus } from './keepFocus.ts'

type Props = {
  readonly title: string
  readonly testId: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** Something to have open beside the call; over it where there is no room. Takes the focus, and gives it back. */
export function SidePanel({ title, testId, onClose, children }: Props) {
  const ref = useRef<HTMLElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const titleId = useId()
  useEffect(() => {
    const panel = ref.current
    const opener = document.activeElement
    const first = panel?.querySelector<HTMLElement>('[data-autofocus]') ?? heading.current
    first?.focus({ preventScroll: true })
    const letFocusGo = panel && heading.current ? keepFocus(panel, heading.current) : undefined
    return () => {
      letFocusGo?.()
      // Not if the person has gone on to something else meanwhile.
      const stillHere = document.activeElement === document.body || panel?.contains(document.activeElement)
      if (stillHere && opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
    }
  }, [])
  return (
    <aside ref={ref} class="panel" aria-labelledby={titleId} data-testid={testId}>
      <header class="panel-head">
        <h2 ref={heading} id={titleId} tabIndex={-1}>
          {title}
        </h2>
        <IconButton icon="close" label={t('dialog.close')} testId="close-panel" onClick={onClose} />
      </header>
      {children}
    </aside>
  )
}
