import { t } from '../i18n/t.ts'
import { FAILURE_TEXTS } from '../model/failureTexts.ts'
import { useModel } from '../model/model.ts'
import { Notice } from './Notice.tsx'

/** Why the last attempt to join failed. */
export function FailureNotice() {
  const { call } = useModel()
  const code = call.failure.value
  if (!code) return null
  return (
    <div data-testid="failure" data-code={code}>
      <Notice tone="danger" title={t(FAILURE_TEXTS[code])} />
    </div>
  )
}
