import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { cleanName } from '../model/displayName.ts'
import { useModel } from '../model/model.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { DeviceToggle } from '../parts/DeviceToggle.tsx'
import { IconButton } from '../parts/IconButton.tsx'
import { Picture } from '../parts/Picture.tsx'

/** Oneself as the others will see it, but mirrored; and in words what they will see and hear. */
export function Preview() {
  const { call, media, panels } = useModel()
  const track = media.tracks.cam.value
  const name = cleanName(call.name.value)
  const mic = media.on.mic.value
  const cam = media.on.cam.value
  const asking = media.capturing.value && !track
  return (
    <div class="preview-frame">
      <div class="preview" data-testid="preview">
        {!track && (
          <div class="preview-empty">
            {name && <Avatar name={name} />}
            <p role="status">{t(asking ? 'prejoin.asking' : 'prejoin.cameraOff')}</p>
          </div>
        )}
        <Picture track={track} label={t('prejoin.preview')} />
        {name && (
          <p class="preview-plate">
            {!mic && <Icon name="micOff" />}
            <span dir="auto">{name}</span>
          </p>
        )}
        <div class="preview-buttons">
          <DeviceToggle device="mic" />
          <DeviceToggle device="cam" />
          <IconButton
            icon="settings"
            label={t('settings.title')}
            popup="dialog"
            testId="settings"
            onClick={() => panels.open('settings')}
          />
        </div>
      </div>
      <p class="hint preview-hint" role="status" data-testid="seen">
        {!asking && t(SEEN[`${mic}-${cam}`])}
      </p>
    </div>
  )
}

/** By microphone and camera. */
const SEEN = {
  'true-true': 'prejoin.seenAndHeard',
  'true-false': 'prejoin.heard',
  'false-true': 'prejoin.seen',
  'false-false': 'prejoin.neither',
} as const
