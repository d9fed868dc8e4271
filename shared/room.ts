/** What holds for a whole room. */
import { type Static, Type } from 'typebox'
import { VideoCodecSchema } from './media.ts'

export const RoomSchema = Type.Object(
  {
    /** What to send video in now; who cannot encode it sends VP8. */
    videoCodec: VideoCodecSchema,
  },
  { additionalProperties: false },
)

export type RoomSnapshot = Static<typeof RoomSchema>
