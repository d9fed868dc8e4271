import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'
import { type CallRates, ratesBetween, type TrackRates } from '../../sdk/callRates.ts'
import type { PeerView } from '../../sdk/types.ts'
import { qualityText } from '../i18n/qualityText.ts'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { SidePanel } from '../parts/SidePanel.tsx'
import { ConnectionStats } from './ConnectionStats.tsx'
import { TrackTable } from './TrackTable.tsx'

const EVERY_MS = 1000

/** What is sent and received in numbers, for everyone of whom there is something, anew each second. */
export function StatsPanel() {
  const { client, call, panels } = useModel()
  const rates = useSignal<CallRates | undefined>(undefined)
  useEffect(
    () =>
      watchRates(client, (next) => {
        rates.value = next
      }),
    [client, rates],
  )
  const { self, peers } = call.state.value
  const now = rates.value
  return (
    <SidePanel title={t('stats.title')} testId="stats-panel" onClose={() => panels.closePanel()}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable without a pointer */}
      <section class="stats" aria-label={t('stats.title')} tabIndex={0} data-testid="stats">
        {now ? (
          <>
            <ConnectionStats rates={now} />
            {self && <Person peer={self} title={t('call.you', { name: self.name })} tracks={now.sent} />}
            {peers.map((peer) => (
              <Person
                key={peer.id}
                peer={peer}
                title={peer.name}
                tracks={now.received.filter(({ peerId }) => peerId === peer.id)}
              />
            ))}
          </>
        ) : (
          <p class="hint">{t('stats.measuring')}</p>
        )}
      </section>
    </SidePanel>
  )
}

type PersonProps = { readonly peer: PeerView; readonly title: string; readonly tracks: readonly TrackRates[] }

function Person({ peer, title, tracks }: PersonProps) {
  const { qualities } = useModel()
  const quality = qualities.of(peer.id)
  return (
    <section class="stats-person" aria-label={title} data-testid="stats-person" data-peer-id={peer.id}>
      <h3 dir="auto">{title}</h3>
      {quality && <p class="hint">{qualityText(quality)}</p>}
      {tracks.length === 0 && <p class="hint">{t('stats.nothing')}</p>}
      {tracks.map((track) => (
        <TrackTable key={track.source} track={track} />
      ))}
    </section>
  )
}

/** @returns ends it */
function watchRates(client: ConferenceClient, onRates: (rates: CallRates) => void): () => void {
  let ended = false
  let before = client.getStats()
  const timer = setInterval(async () => {
    const now = client.getStats()
    const readings = await Promise.all([before, now])
    before = now
    if (!ended) onRates(ratesBetween(...readings))
  }, EVERY_MS)
  return () => {
    ended = true
    clearInterval(timer)
  }
}
