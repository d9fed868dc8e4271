import { useId } from 'preact/hooks'
import { numberText, t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import type { Device } from '../model/OwnMedia.ts'

/** Which microphone or camera is used. */
export function DeviceSelect({ device }: { device: Device }) {
  const { media } = useModel()
  const id = useId()
  const { mics, cams } = media.devices.value
  const all = device === 'mic' ? mics : cams
  // Before permission is given browsers list devices without id and name: nothing to choose from.
  const choices = all.filter(({ deviceId }) => deviceId)
  const unchosen = choices.length > 0 ? 'device.default' : all.length > 0 ? 'device.hidden' : 'device.none'
  const chosen = media.idOf(device)
  return (
    <div class="field">
      <label for={id}>{t(device === 'mic' ? 'device.microphone' : 'device.camera')}</label>
      <select
        id={id}
        data-testid={`choose-${device}`}
        value={chosen}
        disabled={choices.length === 0}
        onChange={(event) => void media.choose(device, event.currentTarget.value)}
      >
        {!choices.some(({ deviceId }) => deviceId === chosen) && <option value={chosen}>{t(unchosen)}</option>}
        {choices.map(({ deviceId, label }, index) => (
          <option key={deviceId} value={deviceId}>
            {label || `${t(device === 'mic' ? 'device.microphone' : 'device.camera')} ${numberText(index + 1)}`}
          </option>
        ))}
      </select>
    </div>
  )
}
