/** The shapes of the track-processor slot. Importing it touches nothing. */

/** The effects that ship. */
export const EFFECT_NAMES = ['frosted', 'ascii'] as const
export type EffectName = (typeof EFFECT_NAMES)[number]

/** In pixels. */
export type Size = { readonly width: number; readonly height: number }

export type DrawingContext = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D

/**
 * What is done with each picture, wherever it runs: in a worker or on the page. It keeps no memory of the pictures
 * before, only surfaces to work on.
 */
export interface VideoEffect {
  /**
   * Draws the whole picture anew.
   * @param context of a canvas of this size; what it held before does not show through
   * @param frame drawn stretched to `size`
   * @param mask opaque where the person is, transparent elsewhere, of any size, stretched to `size` as well. With it
   *   only what is outside is changed. The slot for a segmenter: whoever has one hands in its answer for each picture.
   */
  draw(context: DrawingContext, frame: CanvasImageSource, size: Size, mask?: CanvasImageSource): void
}

/**
 * How the pictures flow:
 * - `streams`: W3C mediacapture-transform as Chromium has it, its streams handed to a worker;
 * - `worker`: the same as Safari has it, the track itself handed to a worker;
 * - `canvas`: a video and a canvas on the page (Firefox).
 */
export type ProcessorPath = 'streams' | 'worker' | 'canvas'

export type ProcessOptions = {
  /**
   * The source ended by itself, and the track with it. Better than the track's `ended`: Firefox calls those who used
   * `addEventListener` on a track for its own events only, and a track that is made here has none of those.
   */
  readonly onEnded?: () => void
  /**
   * It broke: this track sends nothing more and is closed, the source goes on. Called once at most, and never after
   * `close`. Whoever holds it decides what is sent now.
   */
  readonly onError?: (error: Error) => void
  /** The ways to try, in this order; those that the browser lacks are skipped. All of them if absent. */
  readonly paths?: readonly ProcessorPath[]
}

/** A camera's track with an effect on it. */
export type ProcessedTrack = {
  /**
   * To be sent and shown. It ends with its source: with `onEnded` and an `ended` event if the source says so itself
   * (unplugged), and as silently as the source if that is stopped by the page.
   */
  readonly track: MediaStreamTrack
  readonly path: ProcessorPath
  /** From the next picture on; the track stays the same, so nothing has to be replaced or negotiated. */
  setEffect(name: EffectName): void
  /** Ends the track, the worker and the surfaces; idempotent. The source belongs to the caller and goes on. */
  close(): void
}

/** One way for the pictures to flow, as `processTrack` sees it. */
export type Pipeline = {
  readonly track: MediaStreamTrack
  setEffect(name: EffectName): void
  close(): void
}

export type PipelineEvents = {
  /** There will be no more pictures: the source was stopped. */
  readonly onOver: () => void
  readonly onError: (error: Error) => void
}
