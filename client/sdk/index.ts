/** The SDK: everything that a page or a program needs for a call. Importing it touches nothing. */

export { SfuError } from '../../shared/errors.ts'
export { ConferenceClient } from './ConferenceClient.ts'
export { ConnectionError } from './ConnectionError.ts'
export { createRoom, type NewRoom } from './createRoom.ts'
export type { ScreenHint } from './encodings.ts'
export { measureLevel } from './levelMeter.ts'
export {
  type AudioOptions,
  applyAudioOptions,
  type Captured,
  type CaptureOptions,
  type CaptureReason,
  captureMedia,
  captureScreen,
  type Devices,
  listDevices,
  onDeviceChange,
  setBackgroundBlur,
  supportsBackgroundBlur,
} from './localMedia.ts'
export { Moderation } from './Moderation.ts'
export type { Quality, QualityLevel, QualityReason } from './rateQuality.ts'
export { ALL_SOURCES, KIND_OF } from './sources.ts'
export type {
  Access,
  CallStats,
  ClientState,
  ConferenceClientOptions,
  ConnectionState,
  JoinOptions,
  MediaPath,
  PeerView,
  PublishedTrack,
  TrackStats,
  VideoEffectName,
} from './types.ts'
export { supportsVideoEffects } from './VideoEffects.ts'
export { watchQuality } from './watchQuality.ts'
export { watchSpeech } from './watchSpeech.ts'
