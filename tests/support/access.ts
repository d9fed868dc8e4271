import { DEFAULT_RULES } from '../../server/rooms/RoomMemory.ts'
import type { Output } from '../../shared/requests.ts'

/** What a join's answer says of somebody ordinary in an ordinary room. */
export const ordinaryAccess: Pick<Output<'join'>, 'self' | 'room' | 'lobby'> = {
  self: { role: 'speaker', actions: ['leave', 'publish', 'subscribe'], sources: ['mic', 'cam'], forcedMute: [] },
  room: { ...DEFAULT_RULES, hasPassword: false, videoCodec: 'vp8' },
  lobby: [],
}
