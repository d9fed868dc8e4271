import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { findingOf } from '../model/connectionCheck.ts'
import { useModel } from '../model/model.ts'

/** Says before the join whether it is going to work, and what stands in the way. */
export function ConnectionCheck() {
  const { call } = useModel()
  const finding = findingOf(call.readiness.value, call.state.value.mediaPath)
  // Once a join has failed, that is what counts.
  if (!finding || call.failure.value) return null
  const { state, text } = finding
  return (
    <div class="connection-check" data-testid="connection-check" data-state={state}>
      <p role="status">
        {state === 'ready' && <Icon name="done" />}
        {(state === 'failed' || state === 'limited') && <Icon name="warning" />}
        <span>{t(text)}</span>
      </p>
      {state === 'failed' && (
        <button type="button" class="button button-small" onClick={() => call.checkAgain()}>
          {t('prejoin.checkAgain')}
        </button>
      )}
    </div>
  )
}
