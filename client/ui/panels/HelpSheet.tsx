import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { HELP_ANYWHERE, HELP_IN_TILE, type HelpLine } from '../model/shortcutTable.ts'
import { Dialog } from '../parts/Dialog.tsx'

/** Which key does what. */
export function HelpSheet({ onClose }: { onClose: () => void }) {
  const { preferences } = useModel()
  return (
    <Dialog title={t('help.title')} onClose={onClose}>
      <div data-testid="help-sheet">
        <Keys lines={HELP_ANYWHERE} />
        <p class="hint">{t(preferences.shortcuts.value ? 'help.whileTyping' : 'help.turnedOff')}</p>
        <h3 class="keys-title">{t('help.inTile')}</h3>
        <Keys lines={HELP_IN_TILE} />
      </div>
    </Dialog>
  )
}

function Keys({ lines }: { lines: readonly HelpLine[] }) {
  const { fullScreen, screen } = useModel()
  const able = { screen: screen.supported, fullScreen: fullScreen.supported }
  return (
    <dl class="keys">
      {lines
        .filter(({ needs }) => needs === undefined || able[needs])
        .map(({ keys, text }) => (
          <div key={text}>
            <dt>
              {keys.map((key) => {
                const name = typeof key === 'string' ? key : t(key.named)
                return <kbd key={name}>{name}</kbd>
              })}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
    </dl>
  )
}
