/** What a link to the room is good for, as its rules are now: pure. */
import type { RoomView } from '../../../shared/access.ts'

type Rules = Pick<RoomView, 'locked' | 'lobby' | 'hasPassword'>

type InviteText = 'share.text' | 'share.textLobby' | 'share.textPassword' | 'share.textLocked'

export function inviteText(room: Rules | undefined): InviteText {
  if (room?.locked) return 'share.textLocked'
  if (room?.lobby) return 'share.textLobby'
  return room?.hasPassword ? 'share.textPassword' : 'share.text'
}
