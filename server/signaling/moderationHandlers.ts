import type { RequestName } from '../../shared/requests.ts'
import type { Handlers } from './dispatch.ts'
import type { HandlerParts } from './handlers.ts'
import { joined } from './joined.ts'

type ModerationRequest = Extract<
  RequestName,
  | 'setForcedMute'
  | 'stopShare'
  | 'admitPeer'
  | 'refusePeer'
  | 'moveToLobby'
  | 'removePeer'
  | 'banPeer'
  | 'listBans'
  | 'liftBan'
  | 'setRole'
  | 'deleteChatMessage'
  | 'setRules'
  | 'setPassword'
  | 'createInvite'
  | 'endCall'
>

/** What some may do to others and to the room. */
export function createModerationHandlers({
  passwords,
  tokens,
}: Pick<HandlerParts, 'passwords' | 'tokens'>): Pick<Handlers, ModerationRequest> {
  return {
    setForcedMute: joined<'setForcedMute'>(async ({ room, peer }, input) => {
      await room.moderation.setForcedMute(peer, input)
      return {}
    }),
    stopShare: joined<'stopShare'>(({ room, peer }, { peerId }) => {
      room.moderation.stopShare(peer, peerId)
      return {}
    }),
    admitPeer: joined<'admitPeer'>(({ room }, { peerId }) => {
      room.moderation.admit(peerId)
      return {}
    }),
    refusePeer: joined<'refusePeer'>(({ room }, { peerId }) => {
      room.moderation.refuse(peerId)
      return {}
    }),
    moveToLobby: joined<'moveToLobby'>(({ room, peer }, { peerId }) => {
      room.moderation.moveToLobby(peer, peerId)
      return {}
    }),
    removePeer: joined<'removePeer'>(({ room, peer }, { peerId }) => {
      room.moderation.remove(peer, peerId)
      return {}
    }),
    banPeer: joined<'banPeer'>(({ room, peer }, { peerId }) => {
      room.moderation.ban(peer, peerId)
      return {}
    }),
    listBans: joined<'listBans'>(({ room, peer }) => ({ bans: room.moderation.bans(peer) })),
    liftBan: joined<'liftBan'>(({ room, peer }, { peerId }) => {
      room.moderation.liftBan(peer, peerId)
      return {}
    }),
    setRole: joined<'setRole'>(({ room, peer }, input) => {
      room.moderation.changeRole(peer, input)
      return {}
    }),
    deleteChatMessage: joined<'deleteChatMessage'>(({ room }, { messageId }) => {
      room.moderation.deleteMessage(messageId)
      return {}
    }),
    setRules: joined<'setRules'>(({ room }, rules) => {
      room.moderation.setRules(rules)
      return {}
    }),
    setPassword: joined<'setPassword'>(async ({ room }, { password }) => {
      room.moderation.setPasswordHash(password === null ? undefined : await passwords.hash(password))
      return {}
    }),
    createInvite: joined<'createInvite'>(({ room, peer }, { role }) =>
      tokens.signInvite({
        roomId: room.id,
        epoch: room.moderation.allowInvite(peer, role),
        role,
        by: peer.identity,
      }),
    ),
    endCall: joined<'endCall'>(({ room }) => {
      // Not before this is answered: who ends the call leaves with the others.
      setImmediate(() => room.moderation.endCall())
      return {}
    }),
  }
}
