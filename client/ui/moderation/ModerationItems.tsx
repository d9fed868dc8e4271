import { Fragment } from 'preact'
import type { PeerId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import type { IconName } from '../icons.tsx'
import { useModel } from '../model/model.ts'
import { actionsOn, type PersonAction } from '../model/personActions.ts'
import { MenuItem } from '../parts/MenuItem.tsx'

const ICONS: Readonly<Record<PersonAction, IconName>> = {
  mute: 'micOff',
  allowMic: 'mic',
  stopCam: 'camOff',
  allowCam: 'cam',
  stopShare: 'screen',
  makeHost: 'invite',
  makeModerator: 'people',
  makeSpeaker: 'mic',
  makeListener: 'sound',
  moveToLobby: 'door',
  remove: 'close',
  ban: 'ban',
}

/** What this person may do to another one, as lines of a menu. */
export function ModerationItems({ peerId, line, close }: { peerId: PeerId; line: boolean; close: () => void }) {
  const { call, control } = useModel()
  const peer = call.state.value.peers.find(({ id }) => id === peerId)
  if (!peer) return null
  return (
    <>
      {actionsOn(peer, control.access.value).map((group, index) => (
        <Fragment key={group.join()}>
          {(line || index > 0) && <hr class="menu-line" />}
          {group.map((action) => (
            <MenuItem
              key={action}
              icon={ICONS[action]}
              text={t(`moderation.${action}`)}
              testId={`moderate-${action}`}
              onClick={() => {
                close()
                control.act(action, peer)
              }}
            />
          ))}
        </Fragment>
      ))}
    </>
  )
}
