import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import type { DeviceProblem } from '../model/OwnMedia.ts'
import { Notice } from './Notice.tsx'

/** Why there is no microphone or camera, and what to do; one notice for both where the reason is the same. */
export function DeviceProblems({ children, onDismiss }: { children?: string; onDismiss?: () => void }) {
  const { media } = useModel()
  const problems = media.problems.value
  const reasons = [...new Set(problems.map(({ reason }) => reason))]
  return (
    <>
      {reasons.map((reason) => (
        <Notice
          key={reason}
          tone="warning"
          title={t(`problem.${reason}.title`, { device: deviceOf(problems, reason) })}
          {...(onDismiss && { onDismiss })}
        >
          <p data-testid="device-problem" data-reason={reason}>
            {t(`problem.${reason}.text`)}
          </p>
          {children && <p>{children}</p>}
        </Notice>
      ))}
    </>
  )
}

function deviceOf(problems: readonly DeviceProblem[], reason: DeviceProblem['reason']): string {
  const sources = problems.filter((problem) => problem.reason === reason).map(({ source }) => source)
  if (sources.length > 1) return t('problem.both')
  return t(sources[0] === 'cam' ? 'problem.cam' : 'problem.mic')
}
