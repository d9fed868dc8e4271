/** What happened between two readings of the totals: pure. */
import type { CallStats, TrackStats } from './types.ts'

type StreamTotals = TrackStats['streams'][number]

/** What is true of a stream at the moment, and per second. */
export type StreamRates = Pick<
  StreamTotals,
  'ssrc' | 'rid' | 'codec' | 'frameWidth' | 'frameHeight' | 'jitterSeconds' | 'roundTripTimeSeconds' | 'limitedBy'
> & {
  /** Packets since the reading before. */
  readonly packets: number
  /** Lost on the way since then, also those that were sent again. */
  readonly lost: number
  /** Bit/s. */
  readonly bitrate: number
  readonly framesPerSecond?: number
}

export type TrackRates = Omit<TrackStats, 'streams'> & { readonly streams: readonly StreamRates[] }

export type CallRates = Pick<CallStats, 'worker' | 'transports'> & {
  readonly sent: readonly TrackRates[]
  readonly received: readonly TrackRates[]
}

/** A stream that was not there before is left out: nothing is known of it yet. */
export function ratesBetween(before: CallStats, after: CallStats): CallRates {
  const seconds = (after.takenAt - before.takenAt) / 1000
  const known = new Map<string, StreamTotals>()
  for (const [direction, tracks] of [
    ['sent', before.sent],
    ['received', before.received],
  ] as const)
    for (const track of tracks) for (const stream of track.streams) known.set(keyOf(direction, track, stream), stream)
  const tracksOf = (direction: 'sent' | 'received') =>
    after[direction].map((track) => ({
      ...track,
      streams: track.streams.flatMap((stream) => {
        const earlier = known.get(keyOf(direction, track, stream))
        return earlier && seconds > 0 ? [streamRates(earlier, stream, seconds)] : []
      }),
    }))
  const { worker, transports } = after
  return { worker, transports, sent: tracksOf('sent'), received: tracksOf('received') }
}

const keyOf = (direction: string, { peerId, source }: TrackStats, { ssrc }: StreamTotals) =>
  `${direction} ${peerId} ${source} ${ssrc}`

function streamRates(before: StreamTotals, after: StreamTotals, seconds: number): StreamRates {
  const { ssrc, rid, codec, frameWidth, frameHeight, jitterSeconds, roundTripTimeSeconds, limitedBy } = after
  const grown = (name: 'packets' | 'bytes' | 'packetsLost' | 'packetsRepaired' | 'framesDecoded' | 'framesEncoded') =>
    Math.max(0, (after[name] ?? 0) - (before[name] ?? 0))
  const frames = after.framesDecoded === undefined ? after.framesEncoded : after.framesDecoded
  const framesPerSecond = (grown('framesDecoded') + grown('framesEncoded')) / seconds
  return {
    ssrc,
    ...(rid !== undefined && { rid }),
    ...(codec !== undefined && { codec }),
    ...(frameWidth !== undefined && { frameWidth }),
    ...(frameHeight !== undefined && { frameHeight }),
    ...(jitterSeconds !== undefined && { jitterSeconds }),
    ...(roundTripTimeSeconds !== undefined && { roundTripTimeSeconds }),
    ...(limitedBy !== undefined && { limitedBy }),
    packets: grown('packets'),
    lost: grown('packetsLost') + grown('packetsRepaired'),
    bitrate: (grown('bytes') * 8) / seconds,
    ...(frames !== undefined && { framesPerSecond }),
  }
}

/** The part that was lost, 0 to 1; undefined where hardly anything was sent. */
export function lossOf(streams: readonly Pick<StreamRates, 'packets' | 'lost'>[]): number | undefined {
  const packets = streams.reduce((sum, stream) => sum + stream.packets, 0)
  const lost = streams.reduce((sum, stream) => sum + stream.lost, 0)
  return packets < FEWEST_PACKETS ? undefined : Math.min(1, lost / (packets + lost))
}

/** Of fewer, one more or less lost would make a difference of several percent. */
const FEWEST_PACKETS = 20
