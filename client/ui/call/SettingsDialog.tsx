import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { DeviceProblems } from '../parts/DeviceProblems.tsx'
import { DeviceSelect } from '../parts/DeviceSelect.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { LevelMeter } from '../parts/LevelMeter.tsx'

/** Another microphone or camera during the call. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const { media } = useModel()
  return (
    <Dialog title={t('call.settings')} onClose={onClose}>
      <DeviceProblems />
      <DeviceSelect device="mic" />
      <LevelMeter track={media.on.mic.value ? media.tracks.mic.value : undefined} />
      <DeviceSelect device="cam" />
    </Dialog>
  )
}
