import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { Picture } from '../parts/Picture.tsx'

/** Shows the one who shares a screen, small, what the others see. */
export function SharingHint() {
  const { call, screen } = useModel()
  const track = screen.track.value
  if (!track) return null
  const { connection, awaySince } = call.state.value
  const paused = connection !== 'connected' && awaySince === undefined
  return (
    <div class="sharing" role="status" data-testid="sharing">
      <Picture track={track} label={t('call.ownScreen')} />
      <span class="sharing-text">{t(paused ? 'screen.sharingPaused' : sharedOf(track))}</span>
      <button
        type="button"
        class="button button-small"
        aria-pressed={screen.hint.value === 'motion'}
        title={t('screen.motionHint')}
        data-testid="screen-motion"
        onClick={() => screen.setHint(screen.hint.value === 'motion' ? 'detail' : 'motion')}
      >
        {t('screen.motion')}
      </button>
      <button type="button" class="button button-small" data-testid="stop-sharing" onClick={() => screen.stop()}>
        {t('screen.stop')}
      </button>
    </div>
  )
}

const TEXTS = {
  monitor: 'screen.sharingMonitor',
  window: 'screen.sharingWindow',
  browser: 'screen.sharingTab',
} as const

/** What was chosen, where the browser tells (W3C screen-capture, `displaySurface`). */
function sharedOf(track: MediaStreamTrack) {
  const { displaySurface = '' } = track.getSettings()
  return Object.hasOwn(TEXTS, displaySurface) ? TEXTS[displaySurface as keyof typeof TEXTS] : 'screen.sharing'
}
