import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { MenuButton } from '../parts/MenuButton.tsx'
import { LayoutItems } from './LayoutItems.tsx'

/** How the tiles stand. */
export function LayoutMenu() {
  const { layout } = useModel()
  const mode = layout.mode.value
  return (
    <MenuButton icon={mode === 'screen' ? 'speaker' : mode} label={t('layout.menu')} testId="layout">
      {(close) => <LayoutItems close={close} />}
    </MenuButton>
  )
}
