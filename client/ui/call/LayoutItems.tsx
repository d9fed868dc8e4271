import { t } from '../i18n/t.ts'
import type { IconName } from '../icons.tsx'
import { CHOICES, type Choice } from '../layout/effectiveMode.ts'
import { useModel } from '../model/model.ts'
import { MenuItem } from '../parts/MenuItem.tsx'

const CHOICE_ICONS: Readonly<Record<Choice, IconName>> = {
  auto: 'auto',
  grid: 'grid',
  speaker: 'speaker',
  sideBySide: 'sideBySide',
}

/** How the tiles stand, as lines of a menu. */
export function LayoutItems({ close }: { close: () => void }) {
  const { layout, fullScreen, pip } = useModel()
  const full = fullScreen.element.value === document.documentElement
  const then = (run: () => void) => () => {
    close()
    run()
  }
  return (
    <>
      {CHOICES.map((choice) => (
        <MenuItem
          key={choice}
          icon={CHOICE_ICONS[choice]}
          text={t(`layout.${choice}`)}
          choice="radio"
          checked={layout.choice.value === choice}
          testId={`layout-${choice}`}
          onClick={then(() => layout.choose(choice))}
        />
      ))}
      <hr class="menu-line" />
      <MenuItem
        icon={layout.selfHidden.value ? 'eyeOff' : 'eye'}
        text={t('layout.showSelf')}
        choice="checkbox"
        checked={!layout.selfHidden.value}
        testId="show-self"
        onClick={then(() => {
          layout.selfHidden.value = !layout.selfHidden.peek()
        })}
      />
      {pip.kind && (
        <MenuItem
          icon="small"
          text={t('layout.small')}
          choice="checkbox"
          checked={pip.active.value}
          testId="small-window"
          onClick={then(() => void pip.toggle())}
        />
      )}
      {fullScreen.supported && (
        <MenuItem
          icon={full ? 'shrink' : 'expand'}
          text={t(full ? 'layout.leaveFullScreen' : 'layout.fullScreen')}
          testId="full-screen"
          onClick={then(() => void fullScreen.toggle())}
        />
      )}
    </>
  )
}
