import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { SharingHint } from '../panels/SharingHint.tsx'
import { DeviceProblems } from '../parts/DeviceProblems.tsx'
import { Notice } from '../parts/Notice.tsx'
import { ConnectionBanner } from './ConnectionBanner.tsx'

/** What one has to know during the call, the gravest first. */
export function CallNotices() {
  const { media, playback, screen } = useModel()
  return (
    <div class="notices">
      <SharingHint />
      <ConnectionBanner />
      {playback.blocked.value && (
        <Notice tone="warning" title={t('call.enableSoundText')}>
          <button type="button" class="button" data-testid="enable-sound" onClick={() => void playback.enable()}>
            {t('call.enableSound')}
          </button>
        </Notice>
      )}
      <DeviceProblems onDismiss={() => media.dismissProblems()}>{t('call.listening')}</DeviceProblems>
      {screen.failed.value && (
        <Notice
          tone="warning"
          title={t('problem.screen.title')}
          onDismiss={() => {
            screen.failed.value = false
          }}
        >
          <p>{t('problem.screen.text')}</p>
        </Notice>
      )}
    </div>
  )
}
