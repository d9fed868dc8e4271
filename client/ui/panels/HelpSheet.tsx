import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { Dialog } from '../parts/Dialog.tsx'

const KEYS = [
  ['m', 'help.mic'],
  ['v', 'help.cam'],
  ['h', 'help.hand'],
  ['c', 'help.chat'],
  ['p', 'help.people'],
  ['s', 'help.screen'],
  ['i', 'help.stats'],
  ['?', 'help.help'],
] as const

/** Which key does what. */
export function HelpSheet({ onClose }: { onClose: () => void }) {
  const { preferences } = useModel()
  return (
    <Dialog title={t('help.title')} onClose={onClose}>
      <dl class="keys" data-testid="help-sheet">
        {KEYS.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key.toUpperCase()}</kbd>
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>{t('help.space')}</kbd>
          </dt>
          <dd>{t('help.talk')}</dd>
        </div>
        <div>
          <dt>
            <kbd>{t('help.escape')}</kbd>
          </dt>
          <dd>{t('help.close')}</dd>
        </div>
      </dl>
      <p class="hint">{t(preferences.shortcuts.value ? 'help.whileTyping' : 'help.turnedOff')}</p>
    </Dialog>
  )
}
