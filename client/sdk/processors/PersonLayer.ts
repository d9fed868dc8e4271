import { Surface } from './Surface.ts'
import type { DrawingContext, Size } from './types.ts'

/** Puts the person back on top of a changed picture. */
export class PersonLayer {
  readonly #surface = new Surface()

  /** Draws what of `frame` is inside of `mask` (opaque where the person is); half transparent edges stay soft. */
  draw(context: DrawingContext, frame: CanvasImageSource, { width, height }: Size, mask: CanvasImageSource): void {
    const layer = this.#surface.prepare({ width, height })
    layer.globalCompositeOperation = 'copy'
    layer.drawImage(mask, 0, 0, width, height)
    layer.globalCompositeOperation = 'source-in'
    layer.drawImage(frame, 0, 0, width, height)
    context.drawImage(this.#surface.image, 0, 0)
  }
}
