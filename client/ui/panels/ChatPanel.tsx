import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { useModel } from '../model/model.ts'
import { SidePanel } from '../parts/SidePanel.tsx'
import { ChatClosed } from './ChatClosed.tsx'
import { ChatComposer } from './ChatComposer.tsx'
import { ChatMessageItem } from './ChatMessageItem.tsx'

/** From here on one counts as being at the end, CSS pixels. */
const NEAR_END = 40
/** Messages of one person within this time stand under one name. */
const SAME_BREATH_MS = 5 * 60_000

/** What has been said in writing, and the field for more. */
export function ChatPanel() {
  const { chat, control, panels } = useModel()
  const mayWrite = control.mayWrite
  const list = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const missed = useSignal(false)
  const messages = chat.messages.value
  const count = messages.length
  const last = messages.at(-1)
  const lastId = last?.id
  const lastIsOwn = last !== undefined && chat.isOwn(last)

  const goToEnd = () => list.current?.scrollTo({ top: list.current.scrollHeight })
  // Who reads further up stays there, and is told.
  useLayoutEffect(() => {
    if (lastId === undefined) return
    if (atEnd.current || lastIsOwn) list.current?.scrollTo({ top: list.current.scrollHeight })
    else missed.value = true
  }, [lastId, lastIsOwn, missed])

  return (
    <SidePanel title={t('chat.title')} testId="chat-panel" onClose={() => panels.closePanel()}>
      <div class="chat-body">
        {count === 0 && <p class="panel-empty">{t('chat.empty')}</p>}
        <div
          ref={list}
          class="chat-list"
          role="log"
          aria-live="polite"
          aria-label={t('chat.messages')}
          // Scrolled by the arrow keys too.
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable without a pointer
          tabIndex={0}
          onScroll={(event) => {
            const { scrollHeight, scrollTop, clientHeight } = event.currentTarget
            atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END
            if (atEnd.current) missed.value = false
          }}
        >
          {messages.map((message, index) => {
            const before = messages[index - 1]
            const goesOn =
              before?.from === message.from &&
              before.to === message.to &&
              message.sentAt - before.sentAt < SAME_BREATH_MS
            return <ChatMessageItem key={message.id} message={message} goesOn={goesOn} />
          })}
        </div>
        {missed.value && (
          <button type="button" class="button button-small chat-pill" data-testid="chat-new" onClick={goToEnd}>
            <Icon name="down" />
            {t('chat.new')}
          </button>
        )}
      </div>
      {mayWrite ? <ChatComposer /> : <ChatClosed />}
    </SidePanel>
  )
}
