import type { Size } from './types.ts'

/** A canvas to work on that nobody sees: made when it is first needed, kept for the next picture. */
export class Surface {
  readonly #settings: CanvasRenderingContext2DSettings
  #canvas: OffscreenCanvas | undefined
  #context: OffscreenCanvasRenderingContext2D | undefined

  constructor(settings: CanvasRenderingContext2DSettings = {}) {
    this.#settings = settings
  }

  /** To be drawn on another one. Only after `prepare`. */
  get image(): OffscreenCanvas {
    if (this.#canvas === undefined) throw new Error('the surface was not prepared')
    return this.#canvas
  }

  /** Its context, in this size. What it held before is still there unless the size is a new one. */
  prepare({ width, height }: Size): OffscreenCanvasRenderingContext2D {
    this.#canvas ??= new OffscreenCanvas(width, height)
    // Setting a size clears the canvas and its context's state, and costs an allocation.
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width
      this.#canvas.height = height
    }
    this.#context ??= this.#canvas.getContext('2d', this.#settings) ?? undefined
    if (this.#context === undefined) throw new Error('this browser draws on no hidden canvas')
    return this.#context
  }
}
