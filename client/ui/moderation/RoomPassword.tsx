import { useSignal } from '@preact/signals'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { TextField } from '../parts/TextField.tsx'

const LONGEST_PASSWORD = 128

/** Sets the room's password, or takes it away; nobody can read the one that is set. */
export function RoomPassword({ isSet }: { isSet: boolean }) {
  const { control } = useModel()
  const typed = useSignal('')
  const save = async (password: string | undefined) => {
    const isDone = await control.run((moderation) => moderation.setPassword(password))
    if (isDone) typed.value = ''
  }
  return (
    <form
      class="room-password"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (typed.value) void save(typed.value)
      }}
    >
      <TextField
        label={t('room.password')}
        hint={t(isSet ? 'room.passwordIsSet' : 'room.passwordNone')}
        plain
        maxLength={LONGEST_PASSWORD}
        testId="room-password"
        value={typed.value}
        onInput={(value) => {
          typed.value = value
        }}
      >
        <button
          type="submit"
          class="button"
          data-testid="set-password"
          aria-label={`${t('room.set')}: ${t('room.password')}`}
          aria-disabled={!typed.value}
        >
          {t('room.set')}
        </button>
      </TextField>
      {isSet && (
        <button type="button" class="button" data-testid="remove-password" onClick={() => void save(undefined)}>
          {t('room.passwordRemove')}
        </button>
      )}
    </form>
  )
}
