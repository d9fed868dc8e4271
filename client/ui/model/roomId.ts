/** Names of rooms as they stand in a link. */
import type { RoomId } from '../../../shared/ids.ts'
import { isGenerated } from '../../../shared/roomNames.ts'

/** The same as `ROOM_ID_PATTERN` of the contract, which the page cannot import without its schema library. */
const ROOM_ID = /^[A-Za-z0-9_-]{1,64}$/
const LONGEST = 64

/** What people call the room; nothing where its name is only there to be guessed by nobody. */
export const roomName = (roomId: RoomId): RoomId | undefined => (isGenerated(roomId) ? undefined : roomId)

/** Capitals come in when a link is read out or typed on a telephone: it is the same room. */
export const inLowerCase = (roomId: RoomId): RoomId => roomId.toLowerCase() as RoomId

export const isRoomId = (text: string): text is RoomId => ROOM_ID.test(text)

/**
 * The room that a person means by what they typed: `Café on Monday` is `cafe-on-monday`; a link stands for its room.
 * Undefined when nothing is left that a link can carry.
 */
export function roomIdFromText(text: string): RoomId | undefined {
  const fromLink = /\/r\/([A-Za-z0-9_-]{1,64})\/?(?:[?#].*)?$/.exec(text.trim())?.[1]
  if (fromLink && isRoomId(fromLink)) return inLowerCase(fromLink)
  const id = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '')
  return isRoomId(id) ? id : undefined
}
