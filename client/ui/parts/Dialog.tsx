import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { IconButton } from './IconButton.tsx'

type Props = { readonly title: string; readonly onClose: () => void; readonly children: ComponentChildren }

/** The browser's own modal dialog: it keeps the focus inside, closes by Escape and gives the focus back. */
export function Dialog({ title, onClose, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  // Only the dialog itself is hit where its backdrop is: its content lies in the inner box.
  const closeFromBackdrop = (event: MouseEvent) => {
    if (event.target === event.currentTarget) onClose()
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same, through the browser's `close` event
    <dialog ref={ref} class="dialog" aria-labelledby={titleId} onClose={onClose} onClick={closeFromBackdrop}>
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <IconButton icon="close" label={t('dialog.close')} onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  )
}
