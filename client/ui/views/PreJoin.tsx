import type { RoomId } from '../../../shared/ids.ts'
import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { useModel } from '../model/model.ts'
import { roomName } from '../model/roomId.ts'
import { DeviceProblems } from '../parts/DeviceProblems.tsx'
import { DeviceSelect } from '../parts/DeviceSelect.tsx'
import { LevelMeter } from '../parts/LevelMeter.tsx'
import { Page } from '../parts/Page.tsx'
import { SpeakerSelect } from '../parts/SpeakerSelect.tsx'
import { ConnectionCheck } from './ConnectionCheck.tsx'
import { JoinForm } from './JoinForm.tsx'
import { Preview } from './Preview.tsx'

/** Before the call: see and hear oneself, choose devices and a name. */
export function PreJoin({ roomId }: { roomId: RoomId }) {
  const { media } = useModel()
  const room = roomName(roomId)
  return (
    <Page>
      <section class="card prejoin">
        <Preview />
        <div class="prejoin-join">
          {room && <p class="room-tag">{t('prejoin.room', { room })}</p>}
          <h1>{t('prejoin.title')}</h1>
          <JoinForm />
          <LobbyAhead />
          <ConnectionCheck />
          <DeviceProblems>{t('prejoin.listener')}</DeviceProblems>
        </div>
        <div class="prejoin-devices">
          <div class="prejoin-mic">
            <DeviceSelect device="mic" />
            <LevelMeter track={media.on.mic.value ? media.tracks.mic.value : undefined} />
          </div>
          <DeviceSelect device="cam" />
          <SpeakerSelect />
        </div>
      </section>
    </Page>
  )
}

/** Nobody wants to be surprised by a door. */
function LobbyAhead() {
  const { call } = useModel()
  if (!call.state.value.lobbyAhead) return null
  return (
    <p class="lobby-ahead" role="status" data-testid="lobby-ahead">
      <Icon name="door" />
      {t('prejoin.lobby')}
    </p>
  )
}
