/** How a stage is divided between what is large and the people beside or below it. */
import { gridOptionsFor, type Rectangle, type Size } from './gridLayout.ts'

export type Split = {
  /** The least and the largest share of the stage that the people get. */
  readonly least: number
  readonly most: number
  /** What a pixel of a person is worth, where one of the large tile is worth 1. */
  readonly weight: number
}

export type Division = {
  readonly main: Rectangle
  readonly people: Rectangle
  /** Beside each other; else one below the other. */
  readonly beside: boolean
  readonly gap: number
}

/** From here on a stage is wide enough for both beside each other. */
const WIDE = 1.15
/** Upright a wide picture leaves most of the height free: the people get that, but the picture does not shrink for it. */
const UPRIGHT = { most: 0.72, weight: 0.5 }
const STEPS = 24

/** The division with the most to see: tried in even steps, since the best one has no formula. */
export function splitLayout(
  container: Size,
  wanted: Split,
  judge: (division: Division, weight: number) => number,
): Division {
  const beside = container.width / container.height >= WIDE
  const { gap } = gridOptionsFor(container)
  const side = beside ? container.width : container.height
  const { least, most, weight } = beside ? wanted : { ...wanted, ...UPRIGHT }
  let best = divide(container, Math.round(side * least), beside, gap)
  let bestValue = judge(best, weight)
  for (let step = 1; step <= STEPS; step++) {
    const division = divide(container, Math.round(side * (least + ((most - least) * step) / STEPS)), beside, gap)
    const value = judge(division, weight)
    if (value > bestValue) [best, bestValue] = [division, value]
  }
  return best
}

function divide({ width, height }: Size, thickness: number, beside: boolean, gap: number): Division {
  const small = Math.max(1, thickness)
  const large = Math.max(1, (beside ? width : height) - small - gap)
  return beside
    ? {
        main: { x: 0, y: 0, width: large, height },
        people: { x: large + gap, y: 0, width: small, height },
        beside,
        gap,
      }
    : {
        main: { x: 0, y: 0, width, height: large },
        people: { x: 0, y: large + gap, width, height: small },
        beside,
        gap,
      }
}
