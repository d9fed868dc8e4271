import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { useModel } from '../model/model.ts'
import { IconButton } from './IconButton.tsx'

/** Short news, beside the faces. The live region says it to those who hear the page. */
export function Toasts() {
  const { toasts } = useModel()
  const shown = toasts.toasts.value
  if (shown.length === 0) return null
  return (
    <section class="toasts" aria-label={t('toast.label')}>
      {shown.map((toast) => (
        <div
          key={toast.id}
          class="toast"
          data-testid="toast"
          data-key={toast.key}
          onPointerEnter={() => toasts.pause(toast.id)}
          onPointerLeave={() => toasts.resume(toast)}
          onFocusCapture={() => toasts.pause(toast.id)}
          onBlurCapture={() => toasts.resume(toast)}
        >
          {toast.icon && <Icon name={toast.icon} />}
          <span class="toast-text" dir="auto">
            {toast.text}
          </span>
          {toast.action && (
            <button
              type="button"
              class="button button-small"
              onClick={() => {
                toasts.dismiss(toast.id)
                toast.action?.run()
              }}
            >
              {toast.action.label}
            </button>
          )}
          <IconButton icon="close" label={t('notice.dismiss')} onClick={() => toasts.dismiss(toast.id)} />
        </div>
      ))}
    </section>
  )
}
