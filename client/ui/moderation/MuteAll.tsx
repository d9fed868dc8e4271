import { useId } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { useModel } from '../model/model.ts'

/** Mutes everyone who may not mute others, and allows it again once somebody is muted so. */
export function MuteAll() {
  const { call, control } = useModel()
  const hintId = useId()
  const isSomeoneHeld = call.state.value.peers.some(({ forcedMute }) => forcedMute?.includes('mic'))
  return (
    <div class="mute-all">
      <button
        type="button"
        class="button"
        aria-describedby={hintId}
        data-testid="mute-all"
        onClick={() => void control.muteAll(true)}
      >
        <Icon name="micOff" />
        {t('moderation.muteAll')}
      </button>
      <p id={hintId} class="hint">
        {t('moderation.muteAllHint')}
      </p>
      {isSomeoneHeld && (
        <button type="button" class="button" data-testid="allow-all" onClick={() => void control.muteAll(false)}>
          <Icon name="mic" />
          {t('moderation.allowAll')}
        </button>
      )}
    </div>
  )
}
