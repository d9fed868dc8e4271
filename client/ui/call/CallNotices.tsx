import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { SharingHint } from '../panels/SharingHint.tsx'
import { DeviceProblems } from '../parts/DeviceProblems.tsx'
import { Notice } from '../parts/Notice.tsx'

/** What one has to know during the call, the gravest first. */
export function CallNotices() {
  const { call, media, playback, screen } = useModel()
  const { connection } = call.state.value
  const problem = screen.problem.value
  return (
    <div class="notices">
      <SharingHint />
      {connection === 'reconnecting' && <Notice tone="warning" title={t('connection.reconnecting')} />}
      {connection === 'connecting' && <Notice tone="warning" title={t('connection.connecting')} />}
      {playback.blocked.value && (
        <Notice tone="warning" title={t('call.enableSoundText')}>
          <button type="button" class="button" data-testid="enable-sound" onClick={() => void playback.enable()}>
            {t('call.enableSound')}
          </button>
        </Notice>
      )}
      <DeviceProblems onDismiss={() => media.dismissProblems()}>{t('call.listening')}</DeviceProblems>
      {problem && (
        <Notice
          tone="warning"
          title={t(problem === 'taken' ? 'problem.screenTaken.title' : 'problem.screen.title')}
          onDismiss={() => {
            screen.problem.value = undefined
          }}
        >
          <p data-testid="screen-problem">
            {t(problem === 'taken' ? 'problem.screenTaken.text' : 'problem.screen.text')}
          </p>
        </Notice>
      )}
    </div>
  )
}
