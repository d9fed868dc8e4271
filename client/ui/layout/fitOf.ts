import type { Size } from './gridLayout.ts'

/** Nobody sees that so much is missing, as a share; it is what whole pixels cost. */
const UNSEEN = 0.01
/** From here on a picture counts as upright, or a tile as lying. */
const UPRIGHT = 0.85
const LYING = 1.15

/** Whether a picture fills its tile, and loses what stands over, or is shown whole. */
export function fitOf(
  kind: 'cam' | 'screen',
  aspect: number | undefined,
  { width, height }: Size,
): 'cover' | 'contain' {
  const space = width / height
  if (kind === 'screen') return aspect !== undefined && Math.abs(space / aspect - 1) < UNSEEN ? 'cover' : 'contain'
  return aspect !== undefined && aspect < UPRIGHT && space > LYING ? 'contain' : 'cover'
}
