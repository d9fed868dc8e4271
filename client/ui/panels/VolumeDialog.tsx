import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { Dialog } from '../parts/Dialog.tsx'
import { PersonVolume } from './PersonVolume.tsx'

/** How loud somebody is for oneself, from the menu of their tile. */
export function VolumeDialog({ onClose }: { onClose: () => void }) {
  const { call, panels } = useModel()
  const peerId = panels.person.value
  const peer = call.state.value.peers.find(({ id }) => id === peerId)
  if (!peer) return null
  return (
    <Dialog title={t('people.volumeOf', { name: peer.name })} onClose={onClose}>
      <PersonVolume peerId={peer.id} />
    </Dialog>
  )
}
