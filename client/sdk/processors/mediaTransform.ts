/**
 * What TypeScript does not know of the W3C's mediacapture-transform, as browsers have it: Chromium has both classes on
 * the page and a generator that is a track, Safari has them in workers and a generator that has a track.
 */
type ProcessorClass = new (init: {
  track: MediaStreamTrack
  maxBufferSize?: number
}) => { readonly readable: ReadableStream<VideoFrame> }

type TrackGeneratorClass = new (init: {
  kind: 'video'
}) => MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> }

type VideoTrackGeneratorClass = new () => {
  readonly track: MediaStreamTrack
  readonly writable: WritableStream<VideoFrame>
}

export type MediaTransform = {
  readonly MediaStreamTrackProcessor?: ProcessorClass
  readonly MediaStreamTrackGenerator?: TrackGeneratorClass
  readonly VideoTrackGenerator?: VideoTrackGeneratorClass
}

/** What this page, or this worker, has of it. */
export const mediaTransform = (): MediaTransform => globalThis as MediaTransform

/** One picture waits at most: who is late gets the newest one. */
export const WAITING_FRAMES = 1

/**
 * How long the first picture is waited for before the track is handed out, ms. With one, whoever sends the track in the
 * place of another leaves no gap, and its size is known; a camera that gives none yet must not hold it up for ever.
 */
export const FIRST_PICTURE_MS = 1000
