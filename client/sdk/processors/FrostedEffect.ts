import { frostedSizes } from './grid.ts'
import { PersonLayer } from './PersonLayer.ts'
import { Surface } from './Surface.ts'
import type { DrawingContext, Size, VideoEffect } from './types.ts'

/**
 * As through frosted glass. Halved until little is left and doubled again, which smooths at each step: the same in every
 * browser (Safari's canvas has no `filter`) and cheaper than a wide blur on a big canvas.
 */
export class FrostedEffect implements VideoEffect {
  readonly #surfaces: Surface[] = []
  readonly #person = new PersonLayer()

  draw(context: DrawingContext, frame: CanvasImageSource, size: Size, mask?: CanvasImageSource): void {
    const sizes = frostedSizes(size)
    let image = frame
    for (const [level, smaller] of sizes.entries()) image = this.#paint(level, smaller, image)
    for (const [level, larger] of [...sizes.entries()].slice(0, -1).reverse()) image = this.#paint(level, larger, image)
    context.drawImage(image, 0, 0, size.width, size.height)
    if (mask !== undefined) this.#person.draw(context, frame, size, mask)
  }

  #paint(level: number, size: Size, image: CanvasImageSource): CanvasImageSource {
    const surface = this.#surfaces[level] ?? new Surface({ alpha: false })
    this.#surfaces[level] = surface
    surface.prepare(size).drawImage(image, 0, 0, size.width, size.height)
    return surface.image
  }
}
