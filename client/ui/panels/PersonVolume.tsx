import type { PeerId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { Slider } from '../parts/Slider.tsx'
import { Switch } from '../parts/Switch.tsx'

/** How loud somebody is, for oneself alone. */
export function PersonVolume({ peerId }: { peerId: PeerId }) {
  const { volumes } = useModel()
  const level = volumes.levelOf(peerId)
  const muted = volumes.mutedOf(peerId)
  return (
    <>
      <Slider
        label={t('people.volume')}
        value={level.value}
        disabled={muted.value}
        testId="volume"
        onInput={(value) => {
          level.value = value
        }}
      />
      <Switch
        label={t('people.muteForMe')}
        hint={t('people.muteForMeHint')}
        checked={muted.value}
        testId="mute-for-me"
        onChange={(checked) => {
          muted.value = checked
        }}
      />
    </>
  )
}
