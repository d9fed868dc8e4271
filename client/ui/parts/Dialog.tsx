import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { IconButton } from './IconButton.tsx'
import { keepFocus } from './keepFocus.ts'

type Props = {
  readonly title: string
  /** Large: the whole window of a telephone. */
  readonly size?: 'normal' | 'large'
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** The browser's own modal dialog: it keeps the focus inside, closes by Escape and gives the focus back. What bears `data-autofocus` has it first. */
export function Dialog({ title, size = 'normal', onClose, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const titleId = useId()
  const latest = useRef(onClose)
  latest.current = onClose
  // Ended with the dialog: a passive effect ends after the next frame, and by then another dialog is in its place.
  useLayoutEffect(() => {
    const dialog = ref.current
    const opener = document.activeElement
    const handleClose = () => latest.current()
    dialog?.addEventListener('close', handleClose)
    dialog?.showModal()
    dialog?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
    const letFocusGo = dialog && heading.current ? keepFocus(dialog, heading.current) : undefined
    return () => {
      letFocusGo?.()
      // Else it would tell later, when another dialog is open in its place.
      dialog?.removeEventListener('close', handleClose)
      dialog?.close()
      // The browser forgets whom to give it back to when the dialog is taken out of the page at once.
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
    }
  }, [])
  // Only the dialog itself is hit where its backdrop is: its content lies in the inner box.
  const closeFromBackdrop = (event: MouseEvent) => {
    if (event.target === event.currentTarget) onClose()
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same, through the browser's `close` event
    <dialog ref={ref} class="dialog" data-size={size} aria-labelledby={titleId} onClick={closeFromBackdrop}>
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 ref={heading} id={titleId} tabIndex={-1}>
            {title}
          </h2>
          <IconButton icon="close" label={t('dialog.close')} testId="close-dialog" onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  )
}
