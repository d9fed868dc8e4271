import type { Size } from '../../shared/media.ts'

/** What a viewer wants of one video: zero-based layers as mediasoup counts them, and its rank when bandwidth is short. */
export type VideoDemand = { spatialLayer: number; temporalLayer: number; priority: number }

/** A picture may be enlarged by this much before the next layer is worth its bitrate. */
const MOST_ENLARGED = 1.25
/** Below this height (five rows on a laptop) a tile is a sign of life more than a picture: half the frames do. Device pixels. */
const TINY_HEIGHT = 140
const TOP_TEMPORAL_LAYER = 2

/**
 * The smallest layer that fills the tile without being enlarged too much, else the largest.
 *
 * @param tile size on the viewer's screen, device pixels
 * @param layers sizes of what is sent, the smallest first
 */
export function chooseSpatialLayer(tile: Size, layers: readonly Size[]): number {
  const fits = layers.findIndex(
    // The picture covers the tile: what does not fit is cut off, not made smaller.
    (layer) => Math.max(tile.width / layer.width, tile.height / layer.height) <= MOST_ENLARGED,
  )
  return fits === -1 ? Math.max(0, layers.length - 1) : fits
}

/** Ranks of pictures where bandwidth is short: 1 to 255, as mediasoup takes them; tiles of people rank by their height. */
const PRIORITY = { screen: 250, largest: 200, speaker: 180, mostOfTiles: 150 } as const

/**
 * What a tile asks for: a screen comes before the largest tile (the one that is pinned, say) before who speaks before the
 * rest by their height. mediasoup gives each its first layer at the lowest frame rate in this order, and what is left to
 * the higher priorities first, so that small tiles lose frames before they go black. It never holds back sound.
 */
export function demandOf(
  tile: Size & { source: 'cam' | 'screen' },
  { layers, isLargest, speaks }: { layers: readonly Size[]; isLargest: boolean; speaks: boolean },
): VideoDemand {
  const byHeight = Math.max(1, Math.min(PRIORITY.mostOfTiles, Math.round(tile.height / 8)))
  return {
    spatialLayer: chooseSpatialLayer(tile, layers),
    temporalLayer: tile.height < TINY_HEIGHT ? TOP_TEMPORAL_LAYER - 1 : TOP_TEMPORAL_LAYER,
    priority:
      tile.source === 'screen' ? PRIORITY.screen : isLargest ? PRIORITY.largest : speaks ? PRIORITY.speaker : byHeight,
  }
}

/** What is wanted while the viewer has not said what is on screen: a first picture, whatever size it will have. */
export const FIRST_DEMAND: VideoDemand = { spatialLayer: 0, temporalLayer: TOP_TEMPORAL_LAYER, priority: 100 }

/** A camera of which the client did not say how large it is. */
const ASSUMED_FRAME: Size = { width: 1280, height: 720 }

type Encoding = { scaleResolutionDownBy?: number | undefined; scalabilityMode?: string | undefined }

/**
 * The size of each layer that is sent, the smallest first: one for each encoding (simulcast), or several within one
 * (SVC). Where no encoding says how far it is scaled down, browsers halve from one to the next (W3C WebRTC,
 * `scaleResolutionDownBy`).
 */
export function layerSizes(encodings: readonly Encoding[], frame: Size = ASSUMED_FRAME): Size[] {
  const [only] = encodings
  if (encodings.length === 1 && only) return sizesOf(layersWithin(only), frame)
  return sizesOf(encodings, frame)
}

function sizesOf(encodings: readonly Encoding[], frame: Size): Size[] {
  const saysNothing = encodings.every(({ scaleResolutionDownBy }) => scaleResolutionDownBy === undefined)
  return encodings.map(({ scaleResolutionDownBy = 1 }, index) => {
    const scale = saysNothing ? 2 ** (encodings.length - 1 - index) : scaleResolutionDownBy
    return {
      width: Math.max(1, Math.round(frame.width / scale)),
      height: Math.max(1, Math.round(frame.height / scale)),
    }
  })
}

/** W3C webrtc-svc, section 6: `L3T3_KEY` has three spatial layers, each twice the size of the one below (`h`: 1.5 times). */
function layersWithin({ scalabilityMode = 'L1T1', scaleResolutionDownBy = 1 }: Encoding): Encoding[] {
  const count = Number(/^[LS](\d)/.exec(scalabilityMode)?.[1] ?? 1)
  const ratio = scalabilityMode.includes('h') ? 1.5 : 2
  return Array.from({ length: count }, (_, at) => ({
    scaleResolutionDownBy: scaleResolutionDownBy * ratio ** (count - 1 - at),
  }))
}

/** Nobody wants any layer. */
export const NO_LAYER = -1

/** The highest layer that any viewer wants, or {@link NO_LAYER}. */
export function maxWantedLayer(demands: Iterable<number>): number {
  let most = NO_LAYER
  for (const layer of demands) most = Math.max(most, layer)
  return most
}

/** More is sent at once; less only when nothing more was wanted for this long, milliseconds. */
export const LAYER_OFF_DELAY_MS = 4000

/** What a publisher was last told, and since when less would have done. */
export type SendState = { told: number; lessSince: number | undefined }

/**
 * Dynacast: quickly on, slowly off, since a layer that comes back costs a key frame.
 *
 * @param wanted the highest layer that any viewer wants now
 * @param now milliseconds
 * @returns the next state, and after how many milliseconds to ask again
 */
export function nextSendState(
  state: SendState,
  wanted: number,
  now: number,
): { state: SendState; askAgainMs?: number } {
  if (wanted >= state.told) return { state: { told: wanted, lessSince: undefined } }
  const lessSince = state.lessSince ?? now
  const left = lessSince + LAYER_OFF_DELAY_MS - now
  if (left <= 0) return { state: { told: wanted, lessSince: undefined } }
  return { state: { told: state.told, lessSince }, askAgainMs: left }
}
