import { useSignal } from '@preact/signals'
import type { RoomRules } from '../../../shared/access.ts'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { Dialog } from '../parts/Dialog.tsx'
import { Select } from '../parts/Select.tsx'
import { Switch } from '../parts/Switch.tsx'
import { TextField } from '../parts/TextField.tsx'
import { BannedList } from './BannedList.tsx'
import { RoomPassword } from './RoomPassword.tsx'

const CHAT_TEXTS = {
  everyone: 'room.chatEveryone',
  moderators: 'room.chatModerators',
  off: 'room.chatOff',
} as const
const LARGEST_ROOM = 1000

/** What holds for everyone in the room; each change holds at once. */
export function RoomDialog({ onClose }: { onClose: () => void }) {
  const { control } = useModel()
  const { room } = control.access.value
  if (!room || !control.can('changeRules')) return null
  return (
    <Dialog title={t('room.settings')} size="large" onClose={onClose}>
      <RuleSwitch rule="locked" />
      <RuleSwitch rule="lobby" />
      <RuleSwitch rule="muteOnEntry" />
      <Select
        label={t('room.chat')}
        testId="rule-chat"
        value={room.chat}
        choices={Object.entries(CHAT_TEXTS).map(([value, text]) => ({ value, text: t(text) }))}
        onChange={(chat) => void control.run((moderation) => moderation.setRules({ chat: chat as RoomRules['chat'] }))}
      />
      <MostPeople now={room.maxPeers} />
      <RoomPassword isSet={room.hasPassword} />
      {control.can('banPeers') && <BannedList />}
    </Dialog>
  )
}

function RuleSwitch({ rule }: { rule: 'locked' | 'lobby' | 'muteOnEntry' }) {
  const { control } = useModel()
  return (
    <Switch
      label={t(`room.${rule}`)}
      hint={t(`room.${rule}Hint`)}
      checked={control.access.value.room?.[rule] ?? false}
      testId={`rule-${rule}`}
      onChange={(checked) => void control.run((moderation) => moderation.setRules({ [rule]: checked }))}
    />
  )
}

function MostPeople({ now }: { now: number }) {
  const { control } = useModel()
  const typed = useSignal(String(now))
  const bad = useSignal(false)
  const save = (event: SubmitEvent) => {
    event.preventDefault()
    const maxPeers = Number(typed.value)
    bad.value = !(Number.isInteger(maxPeers) && maxPeers >= 1 && maxPeers <= LARGEST_ROOM)
    if (!bad.value) void control.run((moderation) => moderation.setRules({ maxPeers }))
  }
  return (
    <form noValidate onSubmit={save}>
      <TextField
        label={t('room.maxPeers')}
        hint={t('room.maxPeersHint')}
        problem={bad.value ? t('room.maxPeersBad') : undefined}
        plain
        maxLength={4}
        testId="rule-maxPeers"
        value={typed.value}
        onInput={(value) => {
          typed.value = value
          bad.value = false
        }}
      >
        <button
          type="submit"
          class="button"
          aria-label={`${t('room.set')}: ${t('room.maxPeers')}`}
          aria-disabled={typed.value === String(now)}
        >
          {t('room.set')}
        </button>
      </TextField>
    </form>
  )
}
