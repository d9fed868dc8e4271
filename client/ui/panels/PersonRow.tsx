import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import type { PeerView } from '../../sdk/types.ts'
import { numberText, t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { useModel } from '../model/model.ts'
import { actionsOn } from '../model/personActions.ts'
import { ModerationItems } from '../moderation/ModerationItems.tsx'
import { Avatar } from '../parts/Avatar.tsx'
import { IconButton } from '../parts/IconButton.tsx'
import { MenuButton } from '../parts/MenuButton.tsx'
import { QualityMark } from '../parts/QualityMark.tsx'
import { PersonVolume } from './PersonVolume.tsx'

/** One person of the list, and what one can do about them. */
export function PersonRow({ peer, self }: { peer: PeerView; self: boolean }) {
  const { chat, control, hands, media, panels, volumes } = useModel()
  const open = useSignal(false)
  const id = useId()
  const { name, published } = peer
  const micOn = self ? media.on.mic.value : published.mic !== undefined && !published.mic.paused
  const camOn = self ? media.on.cam.value : published.cam !== undefined && !published.cam.paused
  const place = hands.placeOf(peer.id)
  const role = self ? control.access.value.role : peer.role
  const moderated = !self && actionsOn(peer, control.access.value).length > 0
  const muted = volumes.mutedOf(peer.id).value
  return (
    <li class="person" data-testid="person" data-peer-id={peer.id}>
      <div class="person-line">
        <Avatar name={name} />
        <span class="person-name" dir="auto" title={name}>
          {self ? t('call.you', { name }) : name}
          {role !== undefined && role !== 'speaker' && <small class="person-role">{t(`role.${role}`)}</small>}
        </span>
        <span class="person-state">
          {place !== undefined && (
            <span class="person-hand">
              <Icon name="hand" />
              <span class="visually-hidden">{t(hands.areSeveral ? 'people.handUp' : 'hand.only')}</span>
              {hands.areSeveral && numberText(place)}
            </span>
          )}
          <QualityMark peerId={peer.id} />
          {published.screen && <Mark icon="screen" text={t('people.shares')} />}
          <Mark icon={micOn ? 'mic' : 'micOff'} text={t(micOn ? 'people.micOn' : 'people.micOff')} off={!micOn} />
          <Mark icon={camOn ? 'cam' : 'camOff'} text={t(camOn ? 'people.camOn' : 'people.camOff')} off={!camOn} />
        </span>
        {!self && (
          <IconButton
            icon={muted ? 'soundOff' : 'sound'}
            label={t('people.volumeOf', { name })}
            hint={t('people.volume')}
            expanded={open.value}
            controls={open.value ? id : undefined}
            testId="person-volume"
            onClick={() => {
              open.value = !open.peek()
            }}
          />
        )}
        {moderated && (
          <MenuButton icon="more" label={t('moderation.of', { name })} testId="person-menu">
            {(close) => <ModerationItems peerId={peer.id} line={false} close={close} />}
          </MenuButton>
        )}
      </div>
      {open.value && (
        <div class="person-more" id={id}>
          <PersonVolume peerId={peer.id} />
          <button
            type="button"
            class="button button-small"
            data-testid="write-privately"
            onClick={() => {
              chat.to.value = peer.id
              panels.show('chat')
            }}
          >
            <Icon name="lock" />
            {t('people.write')}
          </button>
        </div>
      )}
    </li>
  )
}

function Mark({
  icon,
  text,
  off,
}: {
  icon: 'mic' | 'micOff' | 'cam' | 'camOff' | 'screen'
  text: string
  off?: boolean
}) {
  return (
    <span class="person-mark" data-off={off ? 'true' : undefined}>
      <Icon name={icon} />
      <span class="visually-hidden">{text}</span>
    </span>
  )
}
