import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { IconButton } from '../parts/IconButton.tsx'

/** Shares a screen, and stops. Not there where the browser cannot, as on telephones. */
export function ScreenButton() {
  const { control, screen } = useModel()
  if (!screen.supported || !control.mayPublish('screen')) return null
  const sharing = screen.track.value !== undefined
  return (
    <IconButton
      icon="screen"
      label={t('screen.start')}
      hint={t(sharing ? 'screen.stop' : 'screen.start')}
      shortcut="s"
      pressed={sharing}
      testId="share-screen"
      onClick={() => void screen.toggle()}
    />
  )
}
