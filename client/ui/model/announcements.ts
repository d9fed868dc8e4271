/** What a person who does not see the screen has to be told. */
import type { ClientState, PeerView } from '../../sdk/types.ts'
import { t } from '../i18n/t.ts'

/** The sentences for what has changed between two states of the call; none for what was there on arrival. */
export function announcementsFor(before: ClientState, after: ClientState): string[] {
  if (after.connection !== 'connected') return []
  if (before.connection === 'reconnecting') return [t('announce.reconnected')]
  if (before.self?.id !== after.self?.id || before.connection === 'connecting') return [t('announce.connected')]
  if (before.peers === after.peers) return []
  const was = new Map(before.peers.map((peer) => [peer.id, peer]))
  const is = new Map(after.peers.map((peer) => [peer.id, peer]))
  return [
    ...before.peers.filter(({ id }) => !is.has(id)).map(({ name }) => t('announce.left', { name })),
    ...after.peers.flatMap((peer) => changesOf(was.get(peer.id), peer)),
  ]
}

function changesOf(before: PeerView | undefined, { name, published, handRaisedAt }: PeerView): string[] {
  if (!before) return [t('announce.joined', { name })]
  if (before.handRaisedAt === undefined && handRaisedAt !== undefined) return [t('announce.handUp', { name })]
  if (before.handRaisedAt !== undefined && handRaisedAt === undefined) return [t('announce.handDown', { name })]
  if (!before.published.screen && published.screen) return [t('announce.screenOn', { name })]
  if (before.published.screen && !published.screen) return [t('announce.screenOff', { name })]
  return []
}
