/** What the page and the worker that draws say to each other. */
import type { EffectName } from './types.ts'

export type ToWorker =
  /** The streams of the page's processor and generator, transferred. */
  | {
      readonly type: 'streams'
      readonly effect: EffectName
      readonly readable: ReadableStream<VideoFrame>
      readonly writable: WritableStream<VideoFrame>
    }
  /** A clone of the source, transferred: the worker makes processor and generator, and stops the clone. */
  | { readonly type: 'track'; readonly effect: EffectName; readonly track: MediaStreamTrack }
  | { readonly type: 'effect'; readonly effect: EffectName }
  | { readonly type: 'stop' }

export type FromWorker =
  /** The first picture is out, or does not come. `track` answers `track`: what comes out, transferred. */
  | { readonly type: 'ready'; readonly track?: MediaStreamTrack }
  /** The source gives no more. */
  | { readonly type: 'over' }
  | { readonly type: 'failed'; readonly message: string }
