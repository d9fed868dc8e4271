/** Names of rooms as they stand in a link. */
import type { RoomId } from '../../../shared/ids.ts'

/** The same as `ROOM_ID_PATTERN` of the contract, which the page cannot import without its schema library. */
const ROOM_ID = /^[A-Za-z0-9_-]{1,64}$/
const LONGEST = 64

/** Crockford's base32: no i, l, o or u, so that a link survives being read out and typed in. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const GROUPS = 5
const GROUP_LENGTH = 5

const GENERATED = new RegExp(`^(?:[${ALPHABET}]{${GROUP_LENGTH}}-){${GROUPS - 1}}[${ALPHABET}]{${GROUP_LENGTH}}$`)

/** What people call the room; nothing where its name is only there to be guessed by nobody. */
export const roomName = (roomId: RoomId): RoomId | undefined => (GENERATED.test(roomId) ? undefined : roomId)

/** Capitals come in when a link is read out or typed on a telephone: it is the same room. */
export const inLowerCase = (roomId: RoomId): RoomId => roomId.toLowerCase() as RoomId

export const isRoomId = (text: string): text is RoomId => ROOM_ID.test(text)

/** A room that nobody can guess: 125 random bits, such as `k7pq2-9xzwm-4tb0c-hhn83-v1e6d`. */
export function randomRoomId(
  randomBytes: Uint8Array = crypto.getRandomValues(new Uint8Array(GROUPS * GROUP_LENGTH)),
): RoomId {
  const letters = Array.from(randomBytes.subarray(0, GROUPS * GROUP_LENGTH), (byte) => ALPHABET.charAt(byte & 31))
  const groups = Array.from({ length: GROUPS }, (_, index) =>
    letters.slice(index * GROUP_LENGTH, (index + 1) * GROUP_LENGTH).join(''),
  )
  return groups.join('-') as RoomId
}

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
