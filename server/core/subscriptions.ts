import type { NodeId, PeerId, ProducerId } from '../../shared/ids.ts'
import type { Size, Source } from '../../shared/media.ts'
import type { Reception, Tile, Viewport } from '../../shared/requests.ts'
import { type Camera, chooseCameras } from './lastN.ts'
import { demandOf, FIRST_DEMAND, type VideoDemand } from './layers.ts'

/** A producer as the planner sees it. */
export type PublishedProducer = {
  producerId: ProducerId
  peerId: PeerId
  source: Source
  /** Sizes of the layers of a video, the smallest first; empty for audio. */
  layers: readonly Size[]
  /** Muted: nothing of it is forwarded. */
  paused?: boolean
  /** Another has taken its place; it goes on for those who have it until they have the other. */
  superseded?: boolean
  /** Where it is published, if on another node: on which of its workers. */
  at?: { node: NodeId; worker: number }
}

/** What a viewer is to be sent, and of a video how much. */
export type WantedProducer = PublishedProducer & { demand?: VideoDemand }

type Viewer = {
  peerId: PeerId
  viewport: Viewport | undefined
  mode: Reception['mode']
  /** What it has now. */
  consumed?: ReadonlySet<ProducerId>
  /** Most cameras that it is sent, and who spoke last, the latest first; undefined: all that are on screen. */
  lastN?: { most: number; lastSpoken: readonly PeerId[] } | undefined
  /** Who has the floor. */
  speaker?: PeerId | undefined
}

/** Most videos before a viewer's first report: the first page of most calls, and nothing that would fill a line. */
export const MOST_FIRST_VIDEOS = 9
/** More than any room needs; it bounds what one viewer can cost a worker. */
export const MOST_CONSUMED = 250

/**
 * Which producers a viewer gets: the voices that are forwarded, the sound of screens, and the video of those on the
 * viewer's screen in the size of its tile, cameras up to last-N. Before the viewer has said what is on screen, the
 * first few videos in their smallest layer, screens before cameras. Above {@link MOST_CONSUMED}, sound comes first.
 *
 * @param voices whose microphones are forwarded; undefined: everyone's
 */
export function planSubscriptions(
  viewer: Viewer,
  published: readonly PublishedProducer[],
  voices?: ReadonlySet<PeerId>,
): WantedProducer[] {
  if (viewer.mode === 'nothing') return []
  const tiles = viewer.viewport && new Map(viewer.viewport.tiles.map((tile) => [keyOf(tile), tile]))
  const cameras = viewer.lastN && chooseCameras(camerasOf(published, viewer, tiles), viewer.lastN)
  const firstVideos = tiles ? undefined : chooseFirstVideos(viewer.peerId, published)
  const largest = largestOf(viewer.viewport?.tiles ?? [])
  const wanted: WantedProducer[] = []
  for (const producer of published) {
    const { peerId, source, layers } = producer
    if (peerId === viewer.peerId) continue
    if (producer.superseded && !viewer.consumed?.has(producer.producerId)) continue
    if (source === 'mic') {
      if (voices === undefined || voices.has(peerId)) wanted.push(producer)
    } else if (source === 'screenAudio') wanted.push(producer)
    else if (viewer.mode === 'all') {
      if (source === 'cam' && !producer.paused && cameras?.has(peerId) === false) continue
      const tile = tiles?.get(keyOf(producer))
      if (tile)
        wanted.push({
          ...producer,
          demand: demandOf(tile, { layers, isLargest: tile === largest, speaks: peerId === viewer.speaker }),
        })
      else if (firstVideos?.has(producer)) wanted.push({ ...producer, demand: FIRST_DEMAND })
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

const keyOf = ({ source, peerId }: Pick<Tile, 'peerId'> & { source: Source }) => `${source} ${peerId}`

/** The cameras of others that are on, and on the viewer's screen. */
function camerasOf(
  published: readonly PublishedProducer[],
  viewer: Viewer,
  tiles: ReadonlyMap<string, Tile> | undefined,
): Camera[] {
  return published.flatMap((producer) => {
    const { peerId, source, paused, superseded } = producer
    if (source !== 'cam' || paused || superseded || peerId === viewer.peerId) return []
    const tile = tiles?.get(keyOf(producer))
    if (tiles && !tile) return []
    return [{ peerId, pinned: tile?.pinned ?? false, area: tile ? tile.width * tile.height : 0 }]
  })
}

function chooseFirstVideos(viewerId: PeerId, published: readonly PublishedProducer[]): Set<PublishedProducer> {
  const of = (wanted: Source) => published.filter(({ source, peerId }) => source === wanted && peerId !== viewerId)
  return new Set([...of('screen'), ...of('cam')].slice(0, MOST_FIRST_VIDEOS))
}

/** The tile that stands out; none where several are as large. */
function largestOf(tiles: readonly Tile[]): Tile | undefined {
  const [first, second] = [...tiles].sort((a, b) => b.width * b.height - a.width * a.height)
  if (!first || !second) return first
  return first.width * first.height > second.width * second.height * 1.2 ? first : undefined
}
