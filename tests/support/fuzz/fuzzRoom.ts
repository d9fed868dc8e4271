import type { CreatedRoom } from '../../../shared/protocol.ts'
import { place, post } from '../SignalingPeer.ts'

/** Tokens for a room to be attacked: its host's, a speaker's, and that of a guest who has to wait in another's lobby. */
export type FuzzRoom = { host: string; speaker: string; guest: string }

export async function openFuzzRoom(url: string): Promise<FuzzRoom> {
  const create = async (rules: object) => (await post(`${url}/api/v1/rooms`, { rules })).body as CreatedRoom
  const [open, guarded] = [await create({}), await create({ lobby: true })]
  const hostSecret = open.hostLink.split('#host=')[1] ?? ''
  return {
    host: (await place(url, open.roomId, 'Host', { hostSecret })).token,
    speaker: (await place(url, open.roomId, 'Speaker')).token,
    guest: (await place(url, guarded.roomId, 'Guest')).token,
  }
}
