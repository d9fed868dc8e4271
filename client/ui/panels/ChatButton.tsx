import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { IconButton } from '../parts/IconButton.tsx'

/** Opens the chat; shows how many messages wait there. */
export function ChatButton() {
  const { chat, panels } = useModel()
  const unread = chat.unread.value
  return (
    <IconButton
      icon="chat"
      label={unread > 0 ? t('chat.openUnread', { count: unread }) : t('chat.title')}
      hint={t('chat.title')}
      shortcut="c"
      expanded={panels.panel.value === 'chat'}
      badge={unread}
      testId="chat"
      onClick={() => panels.toggle('chat')}
    />
  )
}
