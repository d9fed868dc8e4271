import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { measureLevel } from '../../sdk/levelMeter.ts'
import { t } from '../i18n/t.ts'
import { usePageTouched } from './usePageTouched.ts'

/** How loud the microphone is now: to see that the right one is chosen and works. */
export function LevelMeter({ track }: { track: MediaStreamTrack | undefined }) {
  const level = useSignal(0)
  const touched = usePageTouched()
  useEffect(() => {
    level.value = 0
    if (!track) return
    return measureLevel(track, (next) => {
      level.value = next
    })
    // Begun anew at the first click: what began before it reads silence.
  }, [track, level, touched])
  return <meter class="level" aria-label={t('device.level')} min={0} max={1} value={level.value} />
}
