import { useSignalEffect } from '@preact/signals'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { SharingHint } from '../panels/SharingHint.tsx'
import { DeviceProblems } from '../parts/DeviceProblems.tsx'
import { lazily } from '../parts/lazily.tsx'
import { Notice } from '../parts/Notice.tsx'
import { ConnectionBanner } from './ConnectionBanner.tsx'
import { useElementSize } from './useElementSize.ts'

const LobbyNotice = lazily(() => import('../moderation/LobbyNotice.tsx').then((module) => module.LobbyNotice))

/** What one has to know during the call, the gravest first. */
export function CallNotices() {
  const { control, media, playback, screen } = useModel()
  const problem = screen.problem.value
  const { ref, size } = useElementSize<HTMLDivElement>()
  // Short news comes below.
  useSignalEffect(() => document.documentElement.style.setProperty('--notices', `${size.value.height}px`))
  return (
    <div class="notices" ref={ref}>
      <SharingHint />
      {control.access.value.lobby.length > 0 && <LobbyNotice />}
      <ConnectionBanner />
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
