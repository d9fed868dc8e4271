/** From what a call's rates say to the quality of each person: pure. */
import type { PeerId } from '../../shared/ids.ts'
import { type CallRates, lossOf, type TrackRates } from './callRates.ts'
import { type Quality, rateOwnQuality, rateQuality } from './rateQuality.ts'
import type { ClientState, PeerView } from './types.ts'

/** Everyone, oneself included. */
export function qualitiesIn(state: ClientState, rates: CallRates): Map<PeerId, Quality> {
  const { self, peers, reception } = state
  const limited = reception.maxKbps !== undefined
  const qualities = new Map(peers.map((peer) => [peer.id, qualityOf(peer, rates, limited)]))
  if (self) qualities.set(self.id, ownQuality(rates))
  return qualities
}

function qualityOf(peer: PeerView, { received }: CallRates, limited: boolean): Quality {
  const tracks = received.filter(({ peerId }) => peerId === peer.id)
  const layers = tracks.flatMap((track) => track.layers ?? [])
  return rateQuality({
    uplink: peer.uplink,
    loss: lossOf(tracks.flatMap(({ streams }) => streams)),
    silent: tracks.some((track) => isSilent(track, peer)),
    missingLayers: layers.reduce((most, { current, wanted }) => Math.max(most, wanted - current), 0),
    withoutPicture: layers.some(({ current, wanted }) => wanted > current && current < 0),
    limited,
  })
}

/** A screen that nothing moves on may send nothing; a microphone and a camera always do. */
function isSilent({ source, streams, layers }: TrackRates, { published }: PeerView): boolean {
  if ((source !== 'mic' && source !== 'cam') || published[source]?.paused !== false) return false
  return layers?.wanted !== -1 && streams.length > 0 && streams.every(({ packets }) => packets === 0)
}

/** Browsers also call it limited while they are still finding out what the network carries. */
const NEARLY_ALL = 0.6

function ownQuality({ sent, transports }: CallRates): Quality {
  const streams = sent.flatMap((track) => track.streams)
  const { roundTripTimeSeconds, availableOutgoingBitrate = 0 } =
    transports.find(({ direction }) => direction === 'send') ?? {}
  const bitrate = streams.reduce((sum, stream) => sum + stream.bitrate, 0)
  const limited = streams.some(({ limitedBy, packets }) => limitedBy === 'bandwidth' && packets > 0)
  return rateOwnQuality({
    loss: lossOf(streams),
    short: limited && bitrate > availableOutgoingBitrate * NEARLY_ALL,
    roundTripSeconds: roundTripTimeSeconds,
  })
}

export const sameQuality = (a: Quality | undefined, b: Quality | undefined): boolean =>
  a?.level === b?.level &&
  a?.reason === b?.reason &&
  Math.round((a?.loss ?? 0) * 100) === Math.round((b?.loss ?? 0) * 100)

const sameKind = (a: Quality | undefined, b: Quality): boolean => a?.level === b.level && a.reason === b.reason

/** What was measured twice in a row, else what was shown before. */
export function settledQualities(
  shown: ReadonlyMap<PeerId, Quality>,
  before: ReadonlyMap<PeerId, Quality>,
  measured: ReadonlyMap<PeerId, Quality>,
): Map<PeerId, Quality> {
  return new Map(
    [...measured].flatMap(([id, quality]) => {
      const next = sameKind(before.get(id), quality) ? quality : shown.get(id)
      return next ? [[id, next] as const] : []
    }),
  )
}
