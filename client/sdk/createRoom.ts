import type { RulesPatch } from '../../shared/access.ts'
import type { CreatedRoom } from '../../shared/protocol.ts'
import { postJson } from './postJson.ts'

export type NewRoom = {
  /** Origin of the server, such as `https://meet.example`; where the page came from, if absent. */
  readonly url?: string
  /** Where not anyone may make rooms: the server's key, or an integrator's token. */
  readonly key?: string
  /** Only with a key; without it the server gives a name that nobody can guess. */
  readonly roomId?: string
  /** 1 to 128 characters. */
  readonly password?: string
  readonly rules?: RulesPatch
  /** Gives it up. */
  readonly signal?: AbortSignal
}

/**
 * Makes a room: `POST /api/v1/rooms`. It waits up to 30 days for its first meeting.
 * @returns its name, and two links, as paths on the server's origin: whoever has `hostLink` is host
 * @throws SfuError `unauthorized` where it needs a key or a token, and this is none; `conflict` if there is a room of
 *   that name; `tooMany`, `invalidInput`, `timeout`
 * @throws ConnectionError if the server cannot be reached
 */
export function createRoom(options: NewRoom = {}): Promise<CreatedRoom> {
  const { url = globalThis.location?.origin ?? '', key, signal, ...body } = options
  return postJson({
    url: `${url}/api/v1/rooms`,
    body,
    isExpected: isCreatedRoom,
    ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
    signal,
  })
}

const isCreatedRoom = (answer: unknown): answer is CreatedRoom =>
  typeof answer === 'object' && answer !== null && 'roomId' in answer && 'guestLink' in answer && 'hostLink' in answer
