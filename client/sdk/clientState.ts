/** The state that a page sees, made of what is known of the room: pure. */
import { NO_ACCESS, type RoomState } from './roomState.ts'
import type { ClientState } from './types.ts'

export const IDLE: ClientState = {
  connection: 'idle',
  roomId: undefined,
  self: undefined,
  peers: [],
  speakers: [],
  chat: [],
  access: NO_ACCESS,
  awaySince: undefined,
  mediaPath: undefined,
  lobbyAhead: false,
  mediaDownSince: undefined,
  serverStopsAt: undefined,
  reception: { mode: 'all' },
  failure: undefined,
  endReason: undefined,
}

type Patch = Partial<ClientState>

/** What of the state the room decides. What one publishes is not part of it: that is known here first. */
export function roomPatch({ self }: ClientState, { peers, speakers, chat, access, ownHandRaisedAt }: RoomState): Patch {
  if (self === undefined || self.handRaisedAt === ownHandRaisedAt) return { peers, speakers, chat, access }
  const { handRaisedAt: _, ...lowered } = self
  const raised = ownHandRaisedAt === undefined ? lowered : { ...lowered, handRaisedAt: ownHandRaisedAt }
  return { peers, speakers, chat, access, self: raised }
}

/** The call is over; what was said can still be read. */
export function endPatch({ self }: ClientState): Patch {
  const closed = {
    connection: 'closed',
    peers: [],
    speakers: [],
    awaySince: undefined,
    mediaPath: undefined,
    mediaDownSince: undefined,
    serverStopsAt: undefined,
    access: NO_ACCESS,
  } as const
  if (self === undefined) return closed
  const { handRaisedAt: _, ...lowered } = self
  return { ...closed, self: { ...lowered, published: {} } }
}
