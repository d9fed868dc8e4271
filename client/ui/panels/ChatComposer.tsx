import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import type { PeerId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { LONGEST_MESSAGE } from '../model/Chat.ts'
import { useModel } from '../model/model.ts'
import { Select } from '../parts/Select.tsx'

/** From here on the remaining length is of interest. */
const NEARLY_FULL = 200

/** The field for a message, and whom it is for. */
export function ChatComposer() {
  const { call, chat } = useModel()
  const field = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const { peers } = call.state.value
  const to = chat.to.value
  const addressee = peers.find((peer) => peer.id === to)
  const gone = chat.addresseeGone.value
  const text = chat.draft.value
  const left = LONGEST_MESSAGE - chat.text.length
  const send = async () => {
    await chat.send()
    field.current?.focus()
  }
  // As high as its text, up to what the style allows.
  useLayoutEffect(() => {
    const area = field.current
    if (!area) return
    area.style.height = 'auto'
    area.style.height = `${text ? area.scrollHeight + 2 : 0}px`
  }, [text])
  return (
    <form
      class="chat-composer"
      data-private={to ? 'true' : undefined}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {(peers.length > 0 || gone) && (
        <Select
          label={t('chat.to')}
          testId="chat-to"
          value={to ?? ''}
          choices={[
            { value: '', text: t('chat.everyone') },
            ...(gone && to ? [{ value: to, text: t('chat.someoneGone') }] : []),
            ...peers.map((peer) => ({ value: peer.id, text: t('chat.only', { name: peer.name }) })),
          ]}
          onChange={(value) => {
            chat.to.value = value ? (value as PeerId) : undefined
          }}
        />
      )}
      <div class="chat-line">
        <label class="visually-hidden" for={id}>
          {to ? t('chat.labelPrivate', { name: addressee?.name ?? t('chat.someoneGone') }) : t('chat.label')}
        </label>
        <textarea
          ref={field}
          id={id}
          rows={1}
          // An empty field is its placeholder's, which runs as the page does.
          dir={text ? 'auto' : undefined}
          data-testid="chat-input"
          data-autofocus
          value={text}
          placeholder={t(to ? 'chat.placeholderPrivate' : 'chat.placeholder')}
          aria-describedby={`${id}-hint`}
          aria-invalid={left < 0}
          onInput={(event) => {
            chat.draft.value = event.currentTarget.value
          }}
          onKeyDown={(event) => {
            // While a character is being composed, Enter belongs to the input method.
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
            event.preventDefault()
            void send()
          }}
        />
        <button
          type="submit"
          class="icon-button"
          data-tone="primary"
          data-testid="chat-send"
          aria-label={t('chat.send')}
          aria-disabled={!chat.text || left < 0 || gone}
          aria-busy={chat.sending.value}
        >
          <Icon name="send" />
        </button>
      </div>
      <p
        id={`${id}-hint`}
        class="hint"
        data-tone={left < 0 || gone || chat.failure.value ? 'danger' : undefined}
        data-needed={left < NEARLY_FULL || gone ? 'true' : undefined}
        role="status"
      >
        {left < 0
          ? t('chat.tooLong', { count: -left })
          : gone
            ? t('chat.addresseeGone')
            : chat.failure.value
              ? t(chat.failure.value === 'tooMany' ? 'chat.tooFast' : 'chat.failed')
              : left < NEARLY_FULL
                ? t('chat.left', { count: left })
                : t('chat.hint')}
      </p>
    </form>
  )
}
