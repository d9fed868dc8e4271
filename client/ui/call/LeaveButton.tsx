import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { IconButton } from '../parts/IconButton.tsx'
import { MenuButton } from '../parts/MenuButton.tsx'
import { MenuItem } from '../parts/MenuItem.tsx'

/** Leaves at once; a host among others chooses between leaving and ending the call for everyone. */
export function LeaveButton() {
  const { call, control } = useModel()
  const leave = () => void call.leave()
  const isChoice = control.can('endCall') && call.state.value.peers.length > 0
  if (!isChoice) return <IconButton icon="leave" label={t('call.leave')} tone="danger" testId="leave" onClick={leave} />
  return (
    <MenuButton icon="leave" label={t('call.leave')} tone="danger" testId="leave">
      {(close) => (
        <>
          <MenuItem icon="leave" text={t('call.leave')} testId="leave-call" onClick={leave} />
          <MenuItem
            icon="close"
            text={t('room.end')}
            testId="end-call"
            onClick={() => {
              close()
              control.endCall()
            }}
          />
        </>
      )}
    </MenuButton>
  )
}
