/** How good a connection is, and why it is not better: pure. */
import type { PeerView } from './types.ts'

export type QualityLevel = 'good' | 'fair' | 'poor' | 'lost'

/** Of somebody else: what of it does not get here, and of oneself: what does not get to the others. */
export type QualityReason =
  /** What they send hardly reaches the server. */
  | 'theirUplink'
  /** They should be heard or seen, but nothing comes. */
  | 'nothingComes'
  /** Part of it is lost on the way. */
  | 'loss'
  /** One's own network carries no larger picture. */
  | 'downlinkShort'
  /** One's own limit carries no larger picture. */
  | 'ownLimit'
  /** Part of what one sends is lost. */
  | 'uplinkLoss'
  /** One's own network takes no larger picture. */
  | 'uplinkShort'
  /** What one sends arrives late. */
  | 'slow'

export type Quality = {
  readonly level: QualityLevel
  /** Absent while it is good. */
  readonly reason?: QualityReason
  /** Of `loss` and `uplinkLoss`: the part that is lost, 0 to 1. */
  readonly loss?: number
}

export const GOOD: Quality = { level: 'good' }

const FAIR_LOSS = 0.04
const POOR_LOSS = 0.12
/** People begin to talk into each other's words, seconds. */
const FAIR_ROUND_TRIP = 0.4
const POOR_ROUND_TRIP = 0.8

export type PeerMeasures = {
  /** As the server rates it. */
  readonly uplink: PeerView['uplink']
  /** Of all that comes from them, 0 to 1; undefined if little does. */
  readonly loss: number | undefined
  /** Something that should come at any time (microphone, camera) has not for seconds. */
  readonly silent: boolean
  /** Of their videos: layers that are missing for want of bandwidth; 0: none is. */
  readonly missingLayers: number
  /** A video is not sent at all for want of bandwidth. */
  readonly withoutPicture: boolean
  /** One has limited what one receives. */
  readonly limited: boolean
}

/** How well somebody else gets here. Of what weighs the same the first counts, as what follows may come of it. */
export function rateQuality(measures: PeerMeasures): Quality {
  const { uplink, loss, silent, missingLayers, withoutPicture, limited } = measures
  const short: QualityReason = limited ? 'ownLimit' : 'downlinkShort'
  return worstOf([
    { level: uplink ?? 'good', reason: 'theirUplink' },
    withoutPicture ? { level: 'lost', reason: short } : GOOD,
    silent ? { level: 'lost', reason: 'nothingComes' } : GOOD,
    rateLoss(loss, 'loss'),
    missingLayers > 0 ? { level: 'fair', reason: short } : GOOD,
  ])
}

export type OwnMeasures = {
  /** Of what one sends, 0 to 1. */
  readonly loss: number | undefined
  /** The browser sends less than it would, for want of bandwidth. */
  readonly short: boolean
  readonly roundTripSeconds: number | undefined
}

/** How well one's own sound and picture leave. */
export function rateOwnQuality({ loss, short, roundTripSeconds = 0 }: OwnMeasures): Quality {
  return worstOf([
    rateLoss(loss, 'uplinkLoss'),
    roundTripSeconds >= FAIR_ROUND_TRIP
      ? { level: roundTripSeconds >= POOR_ROUND_TRIP ? 'poor' : 'fair', reason: 'slow' }
      : GOOD,
    short ? { level: 'fair', reason: 'uplinkShort' } : GOOD,
  ])
}

function rateLoss(loss: number | undefined, reason: 'loss' | 'uplinkLoss'): Quality {
  if (loss === undefined || loss < FAIR_LOSS) return GOOD
  return { level: loss >= POOR_LOSS ? 'poor' : 'fair', reason, loss }
}

const RANKS: Readonly<Record<QualityLevel, number>> = { good: 0, fair: 1, poor: 2, lost: 3 }

function worstOf(qualities: readonly Quality[]): Quality {
  const worst = qualities.reduce((worst, next) => (RANKS[next.level] > RANKS[worst.level] ? next : worst), GOOD)
  return worst.level === 'good' ? GOOD : worst
}
