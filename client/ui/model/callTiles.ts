/** Which tiles a call has, and in which order. */
import type { PeerId } from '../../../shared/ids.ts'
import type { ClientState, PeerView } from '../../sdk/types.ts'

export type CallTile = {
  readonly key: string
  readonly peerId: PeerId
  readonly name: string
  readonly source: 'cam' | 'screen'
  readonly self: boolean
  /** What to show; absent: the camera is off, or nothing has come yet. */
  readonly track: MediaStreamTrack | undefined
  readonly micOn: boolean
  readonly speaking: boolean
  /** Out of the server's reach for the moment. */
  readonly away?: true
  /** One has chosen not to receive what there would be. */
  readonly withheld?: 'audioOnly' | 'nothing'
}

/** One's own tracks as the page holds them: they are there before the server knows of them. */
export type OwnTracks = {
  readonly cam: MediaStreamTrack | undefined
  readonly screen: MediaStreamTrack | undefined
  readonly micOn: boolean
}

/** Screens first, then oneself, then the others in the order in which they joined. */
export function callTiles({ self, peers, speakers, reception }: ClientState, own: OwnTracks): CallTile[] {
  const tile = (peer: PeerView, source: 'cam' | 'screen') => tileOf(peer, source, speakers, reception.mode)
  const screens = peers.filter((peer) => peer.published.screen).map((peer) => tile(peer, 'screen'))
  const cameras = peers.map((peer) => tile(peer, 'cam'))
  return [...screens, ...(self ? ownTiles(self, own, speakers) : []), ...cameras]
}

function tileOf(
  peer: PeerView,
  source: 'cam' | 'screen',
  speakers: readonly PeerId[],
  mode: ClientState['reception']['mode'],
): CallTile {
  const published = peer.published[source]
  const { mic } = peer.published
  const on = published?.paused === false && !published.track
  const withheld = mode !== 'all' && (on || (mode === 'nothing' && mic?.paused === false))
  return {
    key: `${peer.id}:${source}`,
    peerId: peer.id,
    name: peer.name,
    source,
    self: false,
    track: published?.paused ? undefined : published?.track,
    micOn: mic !== undefined && !mic.paused,
    speaking: source === 'cam' && speakers.includes(peer.id),
    ...(peer.connection && { away: true as const }),
    ...(withheld && { withheld: mode }),
  }
}

function ownTiles(self: PeerView, own: OwnTracks, speakers: readonly PeerId[]): CallTile[] {
  const common = { peerId: self.id, name: self.name, self: true, micOn: own.micOn } as const
  const cam: CallTile = {
    ...common,
    key: 'self:cam',
    source: 'cam',
    track: own.cam,
    speaking: own.micOn && speakers.includes(self.id),
  }
  if (!own.screen) return [cam]
  return [{ ...common, key: 'self:screen', source: 'screen', track: own.screen, speaking: false }, cam]
}
