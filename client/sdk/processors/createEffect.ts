import { AsciiEffect } from './AsciiEffect.ts'
import { FrostedEffect } from './FrostedEffect.ts'
import type { EffectName, VideoEffect } from './types.ts'

const EFFECTS: Readonly<Record<EffectName, () => VideoEffect>> = {
  frosted: () => new FrostedEffect(),
  ascii: () => new AsciiEffect(),
}

/** A new effect with surfaces of its own: one for each track, not to be shared. */
export function createEffect(name: EffectName): VideoEffect {
  return EFFECTS[name]()
}
