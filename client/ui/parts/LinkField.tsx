import { useSignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'

const COPIED_SHOWN_MS = 2500

/** A link, to copy or to hand to another app. */
export function LinkField({ url, label, testId }: { url: string; label: string; testId: string }) {
  const field = useRef<HTMLInputElement>(null)
  const copied = useSignal(false)
  const id = useId()
  const copy = async () => {
    copied.value = await copyText(url, field.current)
    setTimeout(() => {
      copied.value = false
    }, COPIED_SHOWN_MS)
  }
  return (
    <div class="invite">
      <label class="visually-hidden" for={id}>
        {label}
      </label>
      <input
        ref={field}
        id={id}
        data-testid={testId}
        readOnly
        dir="ltr"
        value={url}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button type="button" class="button" data-testid={`copy-${testId}`} onClick={() => void copy()}>
        <Icon name={copied.value ? 'done' : 'copy'} />
        <span aria-live="polite">{t(copied.value ? 'share.copied' : 'share.copy')}</span>
      </button>
      {typeof navigator.share === 'function' && (
        <button type="button" class="button" onClick={() => void offer(url)}>
          <Icon name="share" />
          {t('share.send')}
        </button>
      )}
    </div>
  )
}

/** The clipboard is closed to pages without https; copying a selected field is not. */
async function copyText(text: string, field: HTMLInputElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    field?.select()
    return document.execCommand('copy')
  }
}

async function offer(url: string): Promise<void> {
  try {
    await navigator.share({ title: t('app.name'), url })
  } catch {
    // The person thought better of it.
  }
}
