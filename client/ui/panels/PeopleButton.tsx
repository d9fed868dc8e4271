import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { IconButton } from '../parts/IconButton.tsx'

/** Opens the list of people; shows how many hands are up. */
export function PeopleButton() {
  const { hands, panels } = useModel()
  const raised = hands.raised.value.length
  return (
    <IconButton
      icon="people"
      label={raised > 0 ? t('people.openHands', { count: raised }) : t('people.title')}
      hint={t('people.title')}
      shortcut="p"
      expanded={panels.panel.value === 'people'}
      badge={raised}
      badgeIcon="hand"
      testId="people"
      onClick={() => panels.toggle('people')}
    />
  )
}
