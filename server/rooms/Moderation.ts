import { type Ban, MOST_BANS_LISTED, type Role, type RulesPatch } from '../../shared/access.ts'
import { SfuError } from '../../shared/errors.ts'
import type { ChatMessageId, PeerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { EndReason } from '../../shared/notifications.ts'
import type { Input } from '../../shared/requests.ts'
import { mayChangeRole, outranks } from '../core/permissions.ts'
import type { Entrance } from './Entrance.ts'
import type { Knock } from './Lobby.ts'
import type { Peer } from './Peer.ts'
import type { Room } from './Room.ts'

type Options = { room: Room; entrance: Entrance; now: () => number }

/**
 * What some may do to others and to the room. That one may do such a thing at all was checked before; here, whether one
 * may do it to this very person. Owned by Room.
 */
export class Moderation {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /** @throws SfuError `notFound`, `notAllowed` */
  async setForcedMute(actor: Peer, { peerId, source, muted }: Input<'setForcedMute'>): Promise<void> {
    const { room } = this.#options
    const below = [...room.peers].filter(({ rights }) => !rights.actions.has('mutePeers'))
    const targets = peerId === undefined ? below : [this.#target(actor, peerId)]
    await Promise.all(targets.map((peer) => this.#force(peer, source, muted)))
  }

  stopShare(actor: Peer, peerId: PeerId): void {
    const target = this.#target(actor, peerId)
    this.#close(target, ({ source }) => source === 'screen' || source === 'screenAudio')
  }

  /** @throws SfuError `notFound` */
  admit(peerId: PeerId): void {
    const { identity, session } = this.#knock(peerId)
    this.#options.entrance.memory.patchMember(identity, { admitted: true, heldInLobby: false })
    session.handleAdmitted()
  }

  /** @throws SfuError `notFound` */
  refuse(peerId: PeerId): void {
    this.#knock(peerId).session.end('refused')
  }

  moveToLobby(actor: Peer, peerId: PeerId): void {
    const target = this.#target(actor, peerId)
    this.#options.entrance.memory.patchMember(target.identity, { heldInLobby: true, admitted: false })
    this.#expel(target, 'movedToLobby')
  }

  remove(actor: Peer, peerId: PeerId): void {
    const target = this.#target(actor, peerId)
    const { entrance, now } = this.#options
    entrance.memory.patchMember(target.identity, { removedAt: now(), admitted: false })
    this.#expel(target, 'removed')
  }

  ban(actor: Peer, peerId: PeerId): void {
    const target = this.#target(actor, peerId)
    const { entrance, now } = this.#options
    const { name, role, identity } = target
    entrance.memory.patchMember(identity, { ban: { peerId, name, role, since: now() } })
    this.#expel(target, 'banned')
  }

  /** Of those whom the actor may let in again. */
  bans(actor: Peer): Ban[] {
    const bans = this.#options.entrance.memory.bans().filter(({ role }) => outranks(actor.role, role))
    return bans.toSorted((a, b) => b.since - a.since).slice(0, MOST_BANS_LISTED)
  }

  /** @throws SfuError `notFound`, `notAllowed` */
  liftBan(actor: Peer, peerId: PeerId): void {
    const { memory } = this.#options.entrance
    const ban = memory.bans().find((each) => each.peerId === peerId)
    if (!ban) throw new SfuError('notFound')
    if (!outranks(actor.role, ban.role)) throw new SfuError('notAllowed')
    memory.liftBan(peerId)
  }

  /** @throws SfuError `notFound`, `notAllowed` */
  changeRole(actor: Peer, { peerId, role }: Input<'setRole'>): void {
    const target = this.#options.room.peer(peerId)
    if (!target) throw new SfuError('notFound')
    if (!mayChangeRole(actor.role, target.role, role)) throw new SfuError('notAllowed')
    this.setRole(target, role)
  }

  setRole(peer: Peer, role: Role): void {
    const { room, entrance } = this.#options
    if (role === 'host') entrance.memory.setHost(peer.identity)
    else entrance.memory.patchMember(peer.identity, { role })
    peer.role = role
    if (role === 'host') this.#allowAll(peer)
    this.#close(peer, ({ source }) => !peer.rights.sources.has(source))
    if (peer.rights.actions.has('admitPeers')) peer.session.notify('lobbyChanged', { lobby: entrance.lobby.list() })
    room.handlePeerChanged(peer)
  }

  /** @returns the epoch that the invite is for. @throws SfuError `notAllowed` for a role that the actor could not give */
  allowInvite(actor: Peer, role: Role): string {
    if (!outranks(actor.role, role)) throw new SfuError('notAllowed')
    return this.#options.entrance.memory.truth.epoch
  }

  /** @throws SfuError `notFound` */
  deleteMessage(messageId: ChatMessageId): void {
    const { room, entrance } = this.#options
    if (!entrance.memory.removeMessage(messageId)) throw new SfuError('notFound')
    room.notifyAll('chatMessageDeleted', { messageId })
  }

  setRules(patch: RulesPatch): void {
    const { room, entrance } = this.#options
    const { chat } = entrance.memory.rules
    entrance.memory.setRules(patch)
    room.notifyAll('roomChanged', { room: room.view() })
    if (chat === entrance.memory.rules.chat) return
    for (const peer of room.peers) peer.session.notify('selfChanged', { self: peer.selfView() })
  }

  setPasswordHash(hash: string | undefined): void {
    const { room, entrance } = this.#options
    entrance.memory.setPasswordHash(hash)
    room.notifyAll('roomChanged', { room: room.view() })
  }

  endCall(): void {
    const { room, entrance } = this.#options
    entrance.lobby.close('callEnded')
    room.close('callEnded')
  }

  /** @throws SfuError `notFound`, `notAllowed` if it is oneself, or somebody whom one does not outrank */
  #target(actor: Peer, peerId: PeerId): Peer {
    const target = this.#options.room.peer(peerId)
    if (!target) throw new SfuError('notFound')
    if (target === actor || !outranks(actor.role, target.role)) throw new SfuError('notAllowed')
    return target
  }

  #knock(peerId: PeerId): Knock {
    const knock = this.#options.entrance.lobby.take(peerId)
    if (!knock) throw new SfuError('notFound')
    return knock
  }

  async #force(peer: Peer, source: Source, muted: boolean): Promise<void> {
    const { room, entrance } = this.#options
    if (peer.forcedMute.has(source) === muted) return
    if (muted) peer.forcedMute.add(source)
    else peer.forcedMute.delete(source)
    entrance.memory.patchMember(peer.identity, { forcedMute: [...peer.forcedMute] })
    room.handlePeerChanged(peer)
    const published = peer.published.get(source)
    if (muted && published) await room.publications.setProducerPaused(peer, published.producerId, true)
  }

  /** Who leads may have nobody above who could lift a forced mute. */
  #allowAll(peer: Peer): void {
    if (peer.forcedMute.size === 0) return
    peer.forcedMute.clear()
    this.#options.entrance.memory.patchMember(peer.identity, { forcedMute: [] })
  }

  /** Ends what of somebody's publications fits. */
  #close(peer: Peer, fits: (published: { source: Source }) => boolean): void {
    const producerIds = [...peer.published.values()].filter(fits).map(({ producerId }) => producerId)
    for (const producerId of producerIds) this.#options.room.publications.closeProducer(peer, producerId)
    if (producerIds.length > 0) peer.session.notify('ownProducersClosed', { producerIds })
  }

  /** Ends every visit of this identity, also those that have not joined yet. */
  #expel({ identity }: Peer, reason: EndReason): void {
    const { room } = this.#options
    for (const peer of room.visits) if (peer.identity === identity) room.expel(peer, reason)
  }
}
