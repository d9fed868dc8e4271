import type { Output, RequestName } from '../../shared/requests.ts'
import type { Deed } from '../cluster/nodeApi.ts'
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

/** What is done to somebody, wherever they are. */
const deed = <D extends Deed>(name: D) =>
  joined<D>(async ({ room, peer }, input) => {
    await room.moderation.act(name, peer, input)
    return {} as Output<D>
  })

/** What some may do to others and to the room. */
export function createModerationHandlers({
  passwords,
  tokens,
}: Pick<HandlerParts, 'passwords' | 'tokens'>): Pick<Handlers, ModerationRequest> {
  return {
    setForcedMute: deed('setForcedMute'),
    stopShare: deed('stopShare'),
    admitPeer: deed('admitPeer'),
    refusePeer: deed('refusePeer'),
    moveToLobby: deed('moveToLobby'),
    removePeer: deed('removePeer'),
    banPeer: deed('banPeer'),
    setRole: deed('setRole'),
    listBans: joined<'listBans'>(({ room, peer }) => ({ bans: room.moderation.bans(peer) })),
    liftBan: joined<'liftBan'>(({ room, peer }, { peerId }) => {
      room.moderation.liftBan(peer, peerId)
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
