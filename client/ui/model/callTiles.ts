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

/** One's own camera and microphone as the page holds them: they are there before the server knows of them. */
export type OwnTracks = {
  readonly cam: MediaStreamTrack | undefined
  readonly micOn: boolean
}

/**
 * Screens first, then oneself, then the others in the order in which they joined. One's own screen has no tile: it
 * would take the room of a person, and be a hall of mirrors.
 */
export function callTiles({ self, peers, speakers, reception }: ClientState, own: OwnTracks): CallTile[] {
  const tile = (peer: PeerView, source: 'cam' | 'screen') => tileOf(peer, source, speakers, reception.mode)
  const screens = peers.filter((peer) => peer.published.screen).map((peer) => tile(peer, 'screen'))
  const cameras = peers.map((peer) => tile(peer, 'cam'))
  return [...screens, ...(self ? [ownTile(self, own, speakers)] : []), ...cameras]
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

function ownTile(self: PeerView, own: OwnTracks, speakers: readonly PeerId[]): CallTile {
  return {
    key: 'self:cam',
    peerId: self.id,
    name: self.name,
    source: 'cam',
    self: true,
    track: own.cam,
    micOn: own.micOn,
    speaking: own.micOn && speakers.includes(self.id),
  }
}
