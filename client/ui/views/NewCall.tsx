import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { createRoom } from '../../sdk/createRoom.ts'
import { toFailure } from '../../sdk/failures.ts'
import { t } from '../i18n/t.ts'
import type { FailureCode } from '../model/Call.ts'
import { FAILURE_TEXTS } from '../model/failureTexts.ts'
import { keepMade } from '../model/linkSecrets.ts'
import { navigate, parseRoute } from '../model/route.ts'
import { Notice } from '../parts/Notice.tsx'

/** Makes a call, and goes there as its host. Where not anyone may, it says so. */
export function NewCall() {
  const making = useSignal(false)
  const failure = useSignal<FailureCode | undefined>(undefined)
  const gone = useRef(new AbortController())
  useEffect(() => () => gone.current.abort(), [])
  const start = async () => {
    if (making.value) return
    making.value = true
    failure.value = undefined
    try {
      const { guestLink, hostLink } = await createRoom({ signal: gone.current.signal })
      const room = parseRoute(new URL(hostLink, location.href))
      if (room.view === 'room' && room.hostSecret) keepMade(room.roomId, room.hostSecret)
      navigate(guestLink)
    } catch (error) {
      failure.value = toFailure(error).code
    }
    making.value = false
  }
  if (failure.value === 'unauthorized')
    return (
      <p role="status" data-testid="no-new-calls">
        {t('home.closed')}
      </p>
    )
  return (
    <>
      {failure.value && (
        <div data-testid="failure" data-code={failure.value}>
          <Notice tone="danger" title={t(FAILURE_TEXTS[failure.value])} />
        </div>
      )}
      <button
        type="button"
        class="button button-primary button-large"
        data-testid="new-call"
        aria-busy={making.value}
        onClick={() => void start()}
      >
        {t(making.value ? 'home.starting' : 'home.start')}
      </button>
    </>
  )
}
