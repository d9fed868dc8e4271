import type { ChatMessage } from '../../../shared/chat.ts'
import type { PeerId } from '../../../shared/ids.ts'
import type { ClientState } from '../../sdk/types.ts'
import { languageTag, t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { useModel } from '../model/model.ts'
import { IconButton } from '../parts/IconButton.tsx'
import { LinkedText } from './LinkedText.tsx'

/** @param goesOn the message before is of the same person: the name need not be said again */
export function ChatMessageItem({ message, goesOn }: { message: ChatMessage; goesOn: boolean }) {
  const { call, chat, control } = useModel()
  const state = call.state.value
  const own = chat.isOwn(message)
  const time = new Date(message.sentAt)
  return (
    <div
      class="chat-message"
      data-testid="chat-message"
      data-own={own ? 'true' : undefined}
      data-private={message.to ? 'true' : undefined}
      data-goes-on={goesOn ? 'true' : undefined}
    >
      <p class={goesOn ? 'visually-hidden' : 'chat-head'}>
        <strong dir="auto">{own ? t('chat.you') : message.name}</strong>
        <time dir="auto" dateTime={time.toISOString()}>
          {new Intl.DateTimeFormat(languageTag(), { timeStyle: 'short' }).format(time)}
        </time>
      </p>
      {message.to && !goesOn && (
        <p class="chat-private">
          <Icon name="lock" />
          {t('chat.privateTo', { name: own ? nameOf(message.to, state) : message.name })}
        </p>
      )}
      <p class="chat-text" dir="auto">
        <LinkedText text={message.text} />
      </p>
      {!message.to && control.can('moderateChat') && (
        <IconButton
          icon="trash"
          label={t('chat.delete', { name: message.name })}
          testId="delete-message"
          onClick={() => void control.run((moderation) => moderation.deleteMessage(message.id))}
        />
      )}
    </div>
  )
}

function nameOf(peerId: PeerId, { peers }: ClientState): string {
  return peers.find(({ id }) => id === peerId)?.name ?? t('chat.someoneGone')
}
