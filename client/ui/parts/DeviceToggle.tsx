import { t } from '../i18n/t.ts'
import { explainHold } from '../model/explainHold.ts'
import { useModel } from '../model/model.ts'
import type { Device } from '../model/OwnMedia.ts'
import { holdText } from '../model/ownAccess.ts'
import { IconButton } from './IconButton.tsx'

const TEXTS = {
  mic: { shortcut: 'm', label: 'device.microphone', on: 'mic.turnOff', off: 'mic.turnOn' },
  cam: { shortcut: 'v', label: 'device.camera', on: 'cam.turnOff', off: 'cam.turnOn' },
} as const

/** One's own microphone or camera, on or off. */
export function DeviceToggle({ device }: { device: Device }) {
  const model = useModel()
  const { media } = model
  const on = media.on[device].value
  const { label, shortcut, ...hint } = TEXTS[device]
  const hold = media.held[device].value
  if (hold) {
    return (
      <IconButton
        icon={`${device}Off`}
        label={t(holdText(device, hold))}
        pressed={false}
        disabled
        onDisabledClick={() => explainHold(device, hold, model)}
        testId={`toggle-${device}`}
      />
    )
  }
  return (
    <IconButton
      icon={on ? device : `${device}Off`}
      label={t(label)}
      hint={t(on ? hint.on : hint.off)}
      shortcut={shortcut}
      pressed={on}
      busy={media.capturing.value && !on}
      testId={`toggle-${device}`}
      onClick={() => void media.toggle(device)}
    />
  )
}
