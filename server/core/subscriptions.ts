import type { PeerId, ProducerId } from '../../shared/ids.ts'
import type { Size, Source } from '../../shared/media.ts'
import type { Tile, Viewport } from '../../shared/requests.ts'
import { demandOf, fullDemand, type VideoDemand } from './layers.ts'

/** A producer as the planner sees it. */
export type PublishedProducer = {
  producerId: ProducerId
  peerId: PeerId
  source: Source
  /** Sizes of the layers of a video, the smallest first; empty for audio. */
  layers: readonly Size[]
}

/** What a viewer is to be sent, and of a video how much. */
export type WantedProducer = PublishedProducer & { demand?: VideoDemand }

/** How much a viewer wants to receive at all. */
export type ReceptionMode = 'all' | 'audio' | 'nothing'

/** More than any room needs; it bounds what one viewer can cost a worker. */
export const MOST_CONSUMED = 250

type Viewer = { peerId: PeerId; viewport: Viewport | undefined; mode: ReceptionMode }

/**
 * Which producers a viewer gets: the voices that are forwarded, the sound of screens, and the video of those on the
 * viewer's screen in the size of its tile. Before the viewer has said what is on screen, every video in full. Above
 * {@link MOST_CONSUMED}, sound comes first.
 *
 * @param voices whose microphones are forwarded; undefined: everyone's
 */
export function planSubscriptions(
  viewer: Viewer,
  published: Iterable<PublishedProducer>,
  voices?: ReadonlySet<PeerId>,
): WantedProducer[] {
  if (viewer.mode === 'nothing') return []
  const tiles = viewer.viewport && new Map(viewer.viewport.tiles.map((tile) => [`${tile.source} ${tile.peerId}`, tile]))
  const largest = largestOf(viewer.viewport?.tiles ?? [])
  const wanted: WantedProducer[] = []
  for (const producer of published) {
    const { peerId, source, layers } = producer
    if (peerId === viewer.peerId) continue
    if (source === 'mic') {
      if (voices === undefined || voices.has(peerId)) wanted.push(producer)
    } else if (source === 'screenAudio') wanted.push(producer)
    else if (viewer.mode === 'all') {
      const tile = tiles?.get(`${source} ${peerId}`)
      if (tile) wanted.push({ ...producer, demand: demandOf(tile, { layers, isLargest: tile === largest }) })
      else if (!tiles) wanted.push({ ...producer, demand: fullDemand(layers) })
    }
  }
  if (wanted.length <= MOST_CONSUMED) return wanted
  return wanted.sort((a, b) => Number(a.demand !== undefined) - Number(b.demand !== undefined)).slice(0, MOST_CONSUMED)
}

/** What to create and what to close, so that the viewer consumes just what is wanted. */
export function diffSubscriptions(
  wanted: readonly WantedProducer[],
  consumed: ReadonlySet<ProducerId>,
): { add: WantedProducer[]; remove: ProducerId[] } {
  const wantedIds = new Set(wanted.map((producer) => producer.producerId))
  return {
    add: wanted.filter((producer) => !consumed.has(producer.producerId)),
    remove: [...consumed].filter((producerId) => !wantedIds.has(producerId)),
  }
}

/** The tile that stands out; none where several are as large. */
function largestOf(tiles: readonly Tile[]): Tile | undefined {
  const [first, second] = [...tiles].sort((a, b) => b.width * b.height - a.width * a.height)
  if (!first || !second) return first
  return first.width * first.height > second.width * second.height * 1.2 ? first : undefined
}
