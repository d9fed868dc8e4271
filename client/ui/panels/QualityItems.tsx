import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import type { ReceptionMode } from '../model/ReceptionState.ts'
import { MenuItem } from '../parts/MenuItem.tsx'

/** What is received, and how well, as lines of a menu. */
export function QualityItems({ close }: { close: () => void }) {
  const { panels, reception } = useModel()
  const { mode } = reception.current.value
  const toggle = (wanted: ReceptionMode) => () => {
    close()
    reception.setMode(mode === wanted ? 'all' : wanted)
  }
  return (
    <>
      <MenuItem
        icon="camOff"
        text={t('reception.audioOnly')}
        choice="checkbox"
        checked={mode === 'audioOnly'}
        testId="audio-only"
        onClick={toggle('audioOnly')}
      />
      <MenuItem
        icon="eyeOff"
        text={t('reception.nothing')}
        choice="checkbox"
        checked={mode === 'nothing'}
        testId="receive-nothing"
        onClick={toggle('nothing')}
      />
      <MenuItem
        icon="statistics"
        text={t('stats.title')}
        testId="statistics"
        onClick={() => {
          close()
          panels.toggle('stats')
        }}
      />
    </>
  )
}
