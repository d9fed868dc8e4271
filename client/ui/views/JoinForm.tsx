import { useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { cleanName } from '../model/displayName.ts'
import { useModel } from '../model/model.ts'
import { FailureNotice } from '../parts/FailureNotice.tsx'

/** The name, and the way in. */
export function JoinForm() {
  const { call } = useModel()
  const missing = useSignal(false)
  const field = useRef<HTMLInputElement>(null)
  const joinButton = useRef<HTMLButtonElement>(null)
  const id = useId()
  useEffect(() => {
    const next = cleanName(call.name.peek()) ? joinButton.current : field.current
    next?.focus({ preventScroll: true })
  }, [call])
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    missing.value = !cleanName(call.name.value)
    if (missing.value) field.current?.focus()
    else void call.join()
  }
  const joining = call.joining.value
  return (
    <form class="join-form" onSubmit={submit} noValidate>
      <div class="field">
        <label for={id}>{t('prejoin.nameLabel')}</label>
        <input
          ref={field}
          id={id}
          data-testid="name"
          value={call.name.value}
          maxLength={64}
          placeholder={t('prejoin.namePlaceholder')}
          autocomplete="name"
          aria-invalid={missing.value}
          aria-describedby={`${id}-hint`}
          onInput={(event) => {
            call.name.value = event.currentTarget.value
            missing.value = false
          }}
          onBlur={() => call.warmUp()}
        />
        <p id={`${id}-hint`} class="hint" data-tone="danger" role="alert">
          {missing.value && t('prejoin.nameMissing')}
        </p>
      </div>
      <FailureNotice />
      <button
        ref={joinButton}
        type="submit"
        class="button button-primary button-large"
        data-testid="join"
        aria-busy={joining}
      >
        {t(joining ? 'prejoin.joining' : call.failure.value ? 'prejoin.again' : 'prejoin.join')}
      </button>
    </form>
  )
}
