/** The track-processor slot; loaded when an effect is first wanted. Importing it touches nothing. */
export { AsciiEffect } from './AsciiEffect.ts'
export { FrostedEffect } from './FrostedEffect.ts'
export { processTrack } from './processTrack.ts'
export {
  type DrawingContext,
  EFFECT_NAMES,
  type EffectName,
  type ProcessedTrack,
  type ProcessOptions,
  type ProcessorPath,
  type Size,
  type VideoEffect,
} from './types.ts'
