import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { useModel } from '../model/model.ts'
import { FAILURE_TEXTS } from '../parts/FailureNotice.tsx'

/** Says before the join whether it is going to work, and what stands in the way. */
export function ConnectionCheck() {
  const { call } = useModel()
  const readiness = call.readiness.value
  // Once a join has failed, that is what counts.
  if (readiness === 'unknown' || call.failure.value) return null
  const state = readiness === 'checking' || readiness === 'ready' ? readiness : 'failed'
  return (
    <div class="connection-check" data-testid="connection-check" data-state={state}>
      <p role="status">
        {state === 'ready' && <Icon name="done" />}
        {state === 'failed' && <Icon name="warning" />}
        {readiness === 'checking'
          ? t('prejoin.checking')
          : readiness === 'ready'
            ? t('prejoin.ready')
            : t(FAILURE_TEXTS[readiness])}
      </p>
      {state === 'failed' && (
        <button type="button" class="button button-small" onClick={() => call.warmUp()}>
          {t('prejoin.checkAgain')}
        </button>
      )}
    </div>
  )
}
