import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { cleanName } from '../model/displayName.ts'
import { useModel } from '../model/model.ts'
import { FailureNotice } from '../parts/FailureNotice.tsx'
import { TextField } from '../parts/TextField.tsx'

/** The name, and the way in. */
export function JoinForm() {
  const { call, media } = useModel()
  const missing = useSignal(false)
  const field = useRef<HTMLInputElement>(null)
  const joinButton = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const next = cleanName(call.name.peek()) ? joinButton.current : field.current
    next?.focus({ preventScroll: true })
  }, [call])
  const join = () => {
    missing.value = !cleanName(call.name.value)
    if (missing.value) field.current?.focus()
    else void call.join()
    return !missing.value
  }
  const joining = call.joining.value
  const on = media.on.cam.value
  const wasOn = useRef(false)
  wasOn.current ||= on
  // Where the camera was or is about to be on, the button above must not move under a finger.
  const keepsRoom = wasOn.current || media.capturing.value
  return (
    <form
      class="join-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        join()
      }}
    >
      <TextField
        label={t('prejoin.nameLabel')}
        fieldRef={field}
        testId="name"
        value={call.name.value}
        maxLength={64}
        placeholder={t('prejoin.namePlaceholder')}
        autocomplete="name"
        problem={missing.value ? t('prejoin.nameMissing') : undefined}
        onInput={(name) => {
          call.name.value = name
          missing.value = false
          // The SDK waits until the typing is over.
          call.warmUp()
        }}
        onBlur={() => call.warmUp()}
      />
      {call.asksPassword.value && (
        <TextField
          label={t('prejoin.password')}
          type="password"
          testId="password"
          value={call.password.value}
          maxLength={128}
          hint={t('prejoin.passwordHint')}
          onInput={(password) => {
            call.password.value = password
          }}
        />
      )}
      <FailureNotice />
      <button
        ref={joinButton}
        type="submit"
        class="button button-primary button-large"
        data-testid="join"
        aria-busy={joining}
      >
        {t(
          joining
            ? 'prejoin.joining'
            : call.failure.value
              ? 'prejoin.again'
              : call.state.value.lobbyAhead
                ? 'prejoin.ask'
                : 'prejoin.join',
        )}
      </button>
      {keepsRoom && (
        <button
          type="button"
          class="button"
          style={{ visibility: on && !joining ? 'visible' : 'hidden' }}
          data-testid="join-without-camera"
          onClick={() => {
            // Off before anything is sent.
            if (cleanName(call.name.peek())) void media.toggle('cam')
            join()
          }}
        >
          {t('prejoin.joinWithoutCamera')}
        </button>
      )}
    </form>
  )
}
