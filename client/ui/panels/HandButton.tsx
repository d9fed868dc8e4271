import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { IconButton } from '../parts/IconButton.tsx'

/** Raises and lowers one's own hand. */
export function HandButton() {
  const { hands } = useModel()
  const raised = hands.ownRaised.value
  return (
    <IconButton
      icon="hand"
      label={t('hand.label')}
      hint={t(raised ? 'hand.lower' : 'hand.raise')}
      shortcut="h"
      pressed={raised}
      testId="hand"
      onClick={() => void hands.toggle()}
    />
  )
}
