import type { VideoCodec } from '../../shared/media.ts'
import type { VoiceLimits } from './speakers.ts'

/** How a room is run; one object for each room. */
export type RoomSettings = {
  voiceLimits: VoiceLimits
  /** What its video is sent in, as long as everyone can decode it. */
  videoCodec: VideoCodec
  /** How many people may share a screen at a time. */
  screenShares: 'many' | 'one'
  /** Most cameras that a viewer is sent; undefined: all that are on screen. */
  videoLastN: number | undefined
}
