import type { PeerId, ProducerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { Viewport } from '../../shared/requests.ts'

/** A producer as the planner sees it. */
export type PublishedProducer = { producerId: ProducerId; peerId: PeerId; source: Source }

/**
 * Which producers a viewer gets: every voice of the others, and the video of those on the viewer's screen. Before the
 * viewer has said what is on screen, every video.
 */
export function planSubscriptions(
  viewer: { peerId: PeerId; viewport: Viewport | undefined },
  published: Iterable<PublishedProducer>,
): PublishedProducer[] {
  const onScreen = viewer.viewport && new Set(viewer.viewport.tiles.map((tile) => `${tile.source} ${tile.peerId}`))
  return [...published].filter(({ peerId, source }) => {
    if (peerId === viewer.peerId) return false
    if (source === 'mic' || source === 'screenAudio') return true
    return onScreen === undefined || onScreen.has(`${source} ${peerId}`)
  })
}

/** What to create and what to close, so that the viewer consumes just what is wanted. */
export function diffSubscriptions(
  wanted: readonly PublishedProducer[],
  consumed: ReadonlySet<ProducerId>,
): { add: PublishedProducer[]; remove: ProducerId[] } {
  const wantedIds = new Set(wanted.map((producer) => producer.producerId))
  return {
    add: wanted.filter((producer) => !consumed.has(producer.producerId)),
    remove: [...consumed].filter((producerId) => !wantedIds.has(producerId)),
  }
}
