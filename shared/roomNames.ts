/** Names that rooms get where nobody gives them one. Free of the schema library: the page knows them, too. */
import type { RoomId } from './ids.ts'

/** Crockford's base32: no i, l, o or u, so that a link survives being read out and typed in. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const GROUPS = 5
const GROUP_LENGTH = 5

const GENERATED = new RegExp(`^(?:[${ALPHABET}]{${GROUP_LENGTH}}-){${GROUPS - 1}}[${ALPHABET}]{${GROUP_LENGTH}}$`)

/** Whether a name is only there to be guessed by nobody. */
export const isGenerated = (roomId: RoomId): boolean => GENERATED.test(roomId)

/** A room that nobody can guess: 125 random bits, such as `k7pq2-9xzwm-4tb0c-hhn83-v1e6d`. */
export function randomRoomId(): RoomId {
  const bytes = crypto.getRandomValues(new Uint8Array(GROUPS * GROUP_LENGTH))
  const letters = Array.from(bytes, (byte) => ALPHABET.charAt(byte & 31))
  const groups = Array.from({ length: GROUPS }, (_, index) =>
    letters.slice(index * GROUP_LENGTH, (index + 1) * GROUP_LENGTH).join(''),
  )
  return groups.join('-') as RoomId
}
