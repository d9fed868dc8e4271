import { InviteDialog } from '../call/InviteDialog.tsx'
import { useModel } from '../model/model.ts'
import { route } from '../model/route.ts'
import { lazily } from '../parts/lazily.tsx'

const SettingsDialog = lazily(() => import('./SettingsDialog.tsx').then((module) => module.SettingsDialog))
const VolumeDialog = lazily(() => import('./VolumeDialog.tsx').then((module) => module.VolumeDialog))
const HelpSheet = lazily(() => import('./HelpSheet.tsx').then((module) => module.HelpSheet))

/** What is open over everything else. */
export function Dialogs() {
  const { panels } = useModel()
  const close = () => panels.closeDialog()
  const current = route.value
  switch (panels.dialog.value) {
    case 'settings':
      return <SettingsDialog onClose={close} />
    case 'help':
      return <HelpSheet onClose={close} />
    case 'volume':
      return <VolumeDialog onClose={close} />
    case 'invite':
      return current.view === 'room' ? <InviteDialog roomId={current.roomId} onClose={close} /> : null
    default:
      return null
  }
}
