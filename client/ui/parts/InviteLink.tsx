import { useSignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import type { RoomId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { isLocalHost, roomLink } from '../model/route.ts'

const COPIED_SHOWN_MS = 2500

/** The call's link, to copy or to hand to another app. */
export function InviteLink({ roomId }: { roomId: RoomId }) {
  const field = useRef<HTMLInputElement>(null)
  const copied = useSignal(false)
  const id = useId()
  const url = roomLink(roomId)
  const copy = async () => {
    copied.value = await copyText(url, field.current)
    setTimeout(() => {
      copied.value = false
    }, COPIED_SHOWN_MS)
  }
  return (
    <>
      <div class="invite">
        <label class="visually-hidden" for={id}>
          {t('share.link')}
        </label>
        <input
          ref={field}
          id={id}
          data-testid="link"
          readOnly
          dir="ltr"
          value={url}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" class="button" data-testid="copy-link" onClick={() => void copy()}>
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
      {isLocalHost(location.hostname) && (
        <p class="hint" data-testid="only-here">
          {t('share.onlyHere', { host: location.hostname })}
        </p>
      )}
    </>
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
