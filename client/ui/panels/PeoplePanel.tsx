import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { useModel } from '../model/model.ts'
import { matchesSearch } from '../model/nameSearch.ts'
import { LobbyList } from '../moderation/LobbyList.tsx'
import { MuteAll } from '../moderation/MuteAll.tsx'
import { SidePanel } from '../parts/SidePanel.tsx'
import { TextField } from '../parts/TextField.tsx'
import { PersonRow } from './PersonRow.tsx'

/** Up to here everyone is found at a glance. */
const SEARCH_ABOVE = 10

/** Everyone in the call: who is on, who wants to speak, how loud each is for oneself. */
export function PeoplePanel() {
  const { call, control, hands, panels } = useModel()
  const typed = useSignal('')
  const id = useId()
  const { self, peers } = call.state.value
  const everyone = self ? [self, ...peers] : peers
  const searchable = everyone.length > SEARCH_ABOVE
  const found = searchable ? everyone.filter(({ name }) => matchesSearch(name, typed.value)) : everyone
  const raised = hands.raised.value
  return (
    <SidePanel title={t('people.title')} testId="people-panel" onClose={() => panels.closePanel()}>
      <div class="people-body">
        <button type="button" class="button" data-testid="people-invite" onClick={() => panels.open('invite')}>
          <Icon name="invite" />
          {t('share.title')}
        </button>
        <LobbyList />
        {raised.length > 0 && (
          <section aria-labelledby={`${id}-hands`}>
            <h3 id={`${id}-hands`}>{t('people.hands')}</h3>
            <ol class="hands" data-testid="hands">
              {raised.map((peer) => (
                <li key={peer.id} data-peer-id={peer.id}>
                  <Icon name="hand" />
                  <span dir="auto">{peer.id === self?.id ? t('call.you', { name: peer.name }) : peer.name}</span>
                </li>
              ))}
            </ol>
          </section>
        )}
        <section aria-labelledby={`${id}-all`}>
          <h3 id={`${id}-all`}>{t('people.inCall', { count: everyone.length })}</h3>
          {searchable && (
            <TextField
              type="search"
              label={t('people.search')}
              labelHidden
              placeholder={t('people.search')}
              value={typed.value}
              testId="people-search"
              hint={found.length === 0 ? t('people.notFound') : ''}
              onInput={(value) => {
                typed.value = value
              }}
            />
          )}
          <ul class="people-list" data-testid="people-list">
            {found.map((peer) => (
              <PersonRow key={peer.id} peer={peer} self={peer.id === self?.id} />
            ))}
          </ul>
        </section>
        {control.can('mutePeers') && peers.length > 0 && <MuteAll />}
        {control.can('changeRules') && (
          <button type="button" class="button" data-testid="people-room" onClick={() => panels.open('room')}>
            <Icon name="lock" />
            {t('room.settings')}
          </button>
        )}
      </div>
    </SidePanel>
  )
}
