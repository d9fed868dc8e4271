import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { ALL_REACTIONS, REACTION_TEXTS } from '../model/Reactions.ts'
import { MenuButton } from '../parts/MenuButton.tsx'

/** A choice of small signs. It stays open: applause is seldom one clap. */
export function ReactionButton() {
  const { reactions } = useModel()
  return (
    <MenuButton icon="reaction" label={t('reaction.label')} testId="reactions" layout="row">
      {() =>
        ALL_REACTIONS.map((reaction) => (
          <button
            key={reaction}
            type="button"
            role="menuitem"
            class="reaction"
            tabIndex={-1}
            aria-label={t(REACTION_TEXTS[reaction])}
            title={t(REACTION_TEXTS[reaction])}
            data-reaction={reaction}
            onClick={() => void reactions.send(reaction)}
          >
            {reaction}
          </button>
        ))
      }
    </MenuButton>
  )
}
