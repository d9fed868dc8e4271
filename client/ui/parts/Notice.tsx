import type { ComponentChildren } from 'preact'
import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { IconButton } from './IconButton.tsx'

type Props = {
  readonly tone: 'warning' | 'danger'
  readonly title: string
  readonly children?: ComponentChildren
  readonly onDismiss?: () => void
}

/** Something is not as it should be, and what to do about it. */
export function Notice({ tone, title, children, onDismiss }: Props) {
  return (
    <div class="notice" data-tone={tone} role={tone === 'danger' ? 'alert' : 'status'}>
      <Icon name="warning" />
      <div class="notice-text">
        <strong>{title}</strong>
        {children}
      </div>
      {onDismiss && <IconButton icon="close" label={t('notice.dismiss')} onClick={onDismiss} />}
    </div>
  )
}
