import { createEffect } from './createEffect.ts'
import { FIRST_PICTURE_MS } from './mediaTransform.ts'
import type { EffectName, Pipeline, PipelineEvents, Size, VideoEffect } from './types.ts'

/** Pictures a second; nobody needs more of it, and the page's own work has to go on between. */
const MAX_RATE = 30
/** A picture is late after so many intervals without one; then the clock draws. */
const LATE = 1.5

type Parts = {
  readonly source: MediaStreamTrack
  readonly canvas: HTMLCanvasElement
  readonly context: CanvasRenderingContext2D
  readonly track: MediaStreamTrack
}

/**
 * Pictures drawn on the page, for browsers that hand out none: a video and a canvas that nobody sees. Each picture of
 * the source is drawn when it is there (`requestVideoFrameCallback`). A clock in a worker steps in when none was: in a
 * hidden tab there are no callbacks, though the video goes on underneath and can be drawn. The clock does not ask
 * whether the tab is hidden, so that it also helps where a window is covered or minimised and says nothing.
 */
export class CanvasPipeline implements Pipeline {
  readonly track: MediaStreamTrack
  readonly #parts: Parts
  readonly #events: PipelineEvents
  readonly #video = document.createElement('video')
  readonly #clock = new Worker(new URL('./tickWorker.ts', import.meta.url), { type: 'module' })
  readonly #first = Promise.withResolvers<void>()
  #effect: VideoEffect
  /** When the last picture was drawn, ms of `performance.now`. */
  #drawnAt = 0
  #callback: number | undefined
  #closed = false

  /** @returns undefined if this browser cannot */
  static async start(
    source: MediaStreamTrack,
    effect: EffectName,
    events: PipelineEvents,
  ): Promise<CanvasPipeline | undefined> {
    const canvas = document.createElement('canvas')
    const context = canvas.getContext('2d', { alpha: false })
    if (context === null || typeof canvas.captureStream !== 'function') return undefined
    const { width = canvas.width, height = canvas.height } = source.getSettings()
    resize(canvas, { width, height })
    const [track] = canvas.captureStream().getVideoTracks()
    if (track === undefined) return undefined
    const pipeline = new CanvasPipeline({ source, canvas, context, track }, effect, events)
    try {
      await pipeline.#play()
      return pipeline
    } catch (error) {
      pipeline.close()
      throw error
    }
  }

  private constructor(parts: Parts, effect: EffectName, events: PipelineEvents) {
    this.#parts = parts
    this.track = parts.track
    this.#effect = createEffect(effect)
    this.#events = events
  }

  setEffect(name: EffectName): void {
    this.#effect = createEffect(name)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#clock.terminate()
    if (this.#callback !== undefined) this.#video.cancelVideoFrameCallback(this.#callback)
    this.#video.srcObject = null
    this.track.stop()
    // A canvas keeps its memory until it is collected, several megabytes for a camera.
    resize(this.#parts.canvas, { width: 0, height: 0 })
  }

  /** Resolves with the first picture, or when there is none for a while. */
  async #play(): Promise<void> {
    const { source } = this.#parts
    const everyMs = 1000 / Math.min(MAX_RATE, source.getSettings().frameRate || MAX_RATE)
    this.#clock.onmessage = () => this.#handleTick(everyMs)
    this.#clock.onerror = () => this.#fail(new Error('the clock of a processed track failed'))
    this.#clock.postMessage(everyMs)
    this.#video.muted = true
    this.#video.playsInline = true
    this.#video.srcObject = new MediaStream([source])
    this.#resume()
    this.#awaitFrame()
    const timer = setTimeout(this.#first.resolve, FIRST_PICTURE_MS)
    await this.#first.promise.finally(() => clearTimeout(timer))
  }

  #handleTick(everyMs: number): void {
    // Nothing tells that the page stopped a track, nor does a video of it end (Chromium).
    if (this.#parts.source.readyState === 'ended') {
      this.#events.onOver()
      return
    }
    // Safari pauses videos of hidden pages.
    if (this.#video.paused) this.#resume()
    if (performance.now() - this.#drawnAt > LATE * everyMs) this.#draw()
  }

  #resume(): void {
    this.#video.play().catch((error: unknown) => {
      // Paused again before it played: the next tick tries anew.
      if (!(error instanceof DOMException && error.name === 'AbortError')) this.#fail(error)
    })
  }

  #awaitFrame(): void {
    if (this.#closed || typeof this.#video.requestVideoFrameCallback !== 'function') return
    this.#callback = this.#video.requestVideoFrameCallback(() => {
      this.#draw()
      this.#awaitFrame()
    })
  }

  #draw(): void {
    const { canvas, context } = this.#parts
    const size = { width: this.#video.videoWidth, height: this.#video.videoHeight }
    if (this.#closed || this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || size.width === 0) return
    try {
      resize(canvas, size)
      this.#effect.draw(context, this.#video, size)
      this.#drawnAt = performance.now()
      // The track knows its size a moment after the first picture; whoever sends it asks for that.
      if (this.track.getSettings().width !== undefined) this.#first.resolve()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (this.#closed) return
    this.#first.reject(error)
    this.#events.onError(error instanceof Error ? error : new Error(String(error)))
  }
}

/** Setting a size, even the same, clears a canvas. */
function resize(canvas: HTMLCanvasElement, { width, height }: Size): void {
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
}
