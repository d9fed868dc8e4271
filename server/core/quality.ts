import type { ConsumerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { Layers } from '../../shared/notifications.ts'

/** How what a peer sends reaches the server. */
export type Uplink = 'good' | 'fair' | 'poor' | 'lost'

/** mediasoup's scores of streams: 10 everything arrives, 8 with 4 % of loss, 5 with 14 %, 0 nothing comes. */
const GOOD_SCORE = 8
const FAIR_SCORE = 5

/** One producer with the scores of its streams; none before the first packet. */
export type RatedProducer = { source: Source; paused: boolean; scores: readonly number[] }

/**
 * The worst of what a peer publishes. Of several layers the best counts: those that nobody wants are not sent. A video
 * that does not come at all says nothing either, since nobody may want it; a microphone that is on always sends.
 */
export function uplinkOf(producers: Iterable<RatedProducer>): Uplink {
  let worst = 10
  for (const { source, paused, scores } of producers) {
    if (paused || scores.length === 0) continue
    const score = Math.max(...scores)
    if (score > 0) worst = Math.min(worst, score)
    else if (source === 'mic') return 'lost'
  }
  return worst >= GOOD_SCORE ? 'good' : worst >= FAIR_SCORE ? 'fair' : 'poor'
}

/** What is shown, and what was measured last. */
export type Settling = { shown: Uplink; measured: Uplink }

/** Shows what was measured twice in a row: what comes and goes between two samples is nobody's concern. */
export const settle = ({ shown, measured: before }: Settling, measured: Uplink): Settling => ({
  shown: measured === before ? measured : shown,
  measured,
})

/** What mediasoup's Consumer says of itself. */
type LayeredConsumer = {
  id: string
  type: string
  currentLayers?: { spatialLayer: number; temporalLayer?: number | undefined } | undefined
  preferredLayers?: { spatialLayer: number; temporalLayer?: number | undefined } | undefined
  score: { producerScores: readonly number[] }
}

/** Undefined for what has no layers, and before it is known which one is wanted. */
export function layersSent(consumer: LayeredConsumer): Layers | undefined {
  const { id, type, currentLayers, preferredLayers, score } = consumer
  if ((type !== 'simulcast' && type !== 'svc') || !preferredLayers) return undefined
  const spatialLayer = currentLayers?.spatialLayer ?? -1
  const arriving = score.producerScores.findLastIndex((each, at) => each > 0 && at <= preferredLayers.spatialLayer)
  // All layers of SVC are one stream: which of them arrive is not known, so none is said to be missing.
  const wantedLayer = type === 'simulcast' ? arriving : spatialLayer
  return { consumerId: id as ConsumerId, spatialLayer, wantedLayer: Math.max(wantedLayer, spatialLayer) }
}

type PausableConsumer = LayeredConsumer & { paused: boolean; producerPaused: boolean }

/** Whether a consumer is sent a smaller picture than is wanted of it and than arrives, or none. */
export function lacksSpatialLayer(consumer: PausableConsumer): boolean {
  const layers = layersSent(consumer)
  if (!layers || consumer.paused || consumer.producerPaused) return false
  if (layers.spatialLayer < layers.wantedLayer) return true
  const { type, currentLayers: current, preferredLayers: preferred } = consumer
  return type === 'svc' && !!current && !!preferred && current.spatialLayer < preferred.spatialLayer
}

/** The same, or fewer frames. */
export function lacksLayers(consumer: PausableConsumer): boolean {
  if (lacksSpatialLayer(consumer)) return true
  const { currentLayers: current, preferredLayers: preferred, paused, producerPaused } = consumer
  if (!current || !preferred || paused || producerPaused) return false
  return (current.temporalLayer ?? 0) < (preferred.temporalLayer ?? 0)
}
