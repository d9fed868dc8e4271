import { NarrowItems } from '../call/NarrowItems.tsx'
import { t } from '../i18n/t.ts'
import { isHandheld } from '../model/handheld.ts'
import { useModel } from '../model/model.ts'
import { MenuButton } from '../parts/MenuButton.tsx'
import { MenuItem } from '../parts/MenuItem.tsx'
import { QualityItems } from './QualityItems.tsx'

/** What is needed less often. */
export function MoreMenu() {
  const { media, panels } = useModel()
  return (
    <MenuButton icon="more" label={t('settings.more')} testId="more">
      {(close) => {
        const then = (run: () => void) => () => {
          close()
          run()
        }
        return (
          <>
            <NarrowItems close={close} />
            <MenuItem
              icon="settings"
              text={t('settings.title')}
              testId="settings"
              onClick={then(() => panels.open('settings'))}
            />
            <MenuItem
              icon="invite"
              text={t('share.title')}
              testId="share-link"
              onClick={then(() => panels.open('invite'))}
            />
            {media.canFlip.value && (
              <MenuItem icon="flip" text={t('settings.flip')} testId="flip" onClick={then(() => void media.flip())} />
            )}
            <QualityItems close={close} />
            {!isHandheld() && (
              <MenuItem
                icon="keyboard"
                text={t('help.title')}
                testId="help"
                onClick={then(() => panels.open('help'))}
              />
            )}
          </>
        )
      }}
    </MenuButton>
  )
}
