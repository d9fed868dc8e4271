import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { useModel } from '../model/model.ts'

const TEXTS = { off: 'chat.isOff', moderators: 'chat.moderatorsOnly', everyone: 'chat.notAllowed' } as const

/** In place of the field for a message: why there is none. */
export function ChatClosed() {
  const { control } = useModel()
  return (
    <p class="chat-closed" role="status" data-testid="chat-closed">
      <Icon name="lock" />
      {t(TEXTS[control.access.value.room?.chat ?? 'everyone'])}
    </p>
  )
}
