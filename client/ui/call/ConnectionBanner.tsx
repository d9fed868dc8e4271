import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { bannerOf } from '../model/connectionBanner.ts'
import { useModel } from '../model/model.ts'
import { Notice } from '../parts/Notice.tsx'

/** Says that the connection is not as it should be, and that something is being done about it. */
export function ConnectionBanner() {
  const { call } = useModel()
  const now = useSignal(performance.now())
  const { text, lookAgainAt } = bannerOf(call.state.value, Math.max(now.value, performance.now()))
  useEffect(() => {
    if (lookAgainAt === undefined) return
    const timer = setTimeout(() => {
      // A timer may come a fraction of a millisecond early.
      now.value = Math.max(performance.now(), lookAgainAt)
    }, lookAgainAt - performance.now())
    return () => clearTimeout(timer)
  }, [lookAgainAt, now])
  if (!text) return null
  return (
    <div data-testid="connection-banner">
      <Notice tone="warning" title={t(text)} />
    </div>
  )
}
