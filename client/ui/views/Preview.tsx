import { t } from '../i18n/t.ts'
import { cleanName } from '../model/displayName.ts'
import { useModel } from '../model/model.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { DeviceToggle } from '../parts/DeviceToggle.tsx'
import { Picture } from '../parts/Picture.tsx'

/** Oneself as the others will see it, but mirrored. */
export function Preview() {
  const { call, media } = useModel()
  const track = media.tracks.cam.value
  const name = cleanName(call.name.value)
  return (
    <div class="preview" data-testid="preview">
      {!track && (
        <div class="preview-empty">
          {name && <Avatar name={name} />}
          <p role="status">{t(media.capturing.value ? 'prejoin.asking' : 'prejoin.cameraOff')}</p>
        </div>
      )}
      <Picture track={track} label={t('prejoin.preview')} />
      <div class="preview-buttons">
        <DeviceToggle device="mic" />
        <DeviceToggle device="cam" />
      </div>
    </div>
  )
}
