import { type Ban, MOST_BANS_LISTED, type Role, type RulesPatch } from '../../shared/access.ts'
import { SfuError } from '../../shared/errors.ts'
import type { ChatMessageId, Identity, NodeId, PeerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { EndReason } from '../../shared/notifications.ts'
import type { Input } from '../../shared/requests.ts'
import type { Deed } from '../cluster/nodeApi.ts'
import { mayChangeRole, outranks } from '../core/permissions.ts'
import type { MemberPatch } from '../store/RoomStore.ts'
import type { Entrance } from './Entrance.ts'
import type { Peer } from './Peer.ts'
import type { RemotePeer } from './RemotePeer.ts'
import type { Room } from './Room.ts'

type Options = { room: Room; entrance: Entrance; now: () => number }

/** What ends somebody's visit. */
const EXPULSIONS: ReadonlySet<Deed> = new Set(['moveToLobby', 'removePeer', 'banPeer'])

/** Who does something: somebody here, or on another node. */
type Actor = Pick<Peer, 'id' | 'role'>

/**
 * What some may do to others and to the room. That one may do such a thing at all was checked before; here, whether one
 * may do it to this very person. What is done to somebody is done on their node. Owned by Room.
 */
export class Moderation {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /**
   * Does something to somebody, wherever they are.
   * @throws SfuError `notFound`, `notAllowed`; `notReady` where their node cannot be reached, unless they are to go
   */
  async act<D extends Deed>(deed: D, actor: Actor, input: Input<D>): Promise<void> {
    const { id, role } = actor
    const nodes = this.#nodesOf(deed, input)
    const commands = nodes.map((node) =>
      this.#options.entrance.link
        .command(node, 'moderate', { request: deed, actor: { id, role }, input })
        .catch((error: unknown) => {
          if (!EXPULSIONS.has(deed) || !isUnreachable(error)) throw error
          // What the room remembers, and that they are to go, also comes to their node by another way.
          return this.actHere(deed, actor, input)
        }),
    )
    const isHere = nodes.length === 0 || input.peerId === undefined
    await Promise.all([...commands, isHere && this.actHere(deed, actor, input)])
  }

  /** Does it to somebody on this node. @throws SfuError `notFound`, `notAllowed` */
  async actHere<D extends Deed>(deed: D, actor: Actor, input: Input<D>): Promise<void> {
    await this.#deeds[deed](actor, input)
  }

  readonly #deeds: { [D in Deed]: (actor: Actor, input: Input<D>) => void | Promise<void> } = {
    setForcedMute: async (actor, { peerId, source, muted }) => {
      const { room } = this.#options
      const below = [...room.roster.here.values()].filter(({ rights }) => !rights.actions.has('mutePeers'))
      const targets = peerId === undefined ? below : [this.#target(actor, peerId)]
      await Promise.all(targets.map((peer) => this.#force(peer, source, muted)))
    },

    stopShare: (actor, { peerId }) => {
      const target = this.#target(actor, peerId)
      this.#close(target, ({ source }) => source === 'screen' || source === 'screenAudio')
    },

    admitPeer: (_, { peerId }) => this.#options.entrance.admit(peerId),

    refusePeer: (_, { peerId }) => this.#options.entrance.refuse(peerId),

    moveToLobby: (actor, { peerId }) => {
      const target = this.#anyTarget(actor, peerId)
      this.#options.entrance.memory.patchMember(target.identity, { heldInLobby: true, admitted: false })
      this.#expel(target, 'movedToLobby')
    },

    removePeer: (actor, { peerId }) => {
      const target = this.#anyTarget(actor, peerId)
      const { entrance, now } = this.#options
      // The clock of the node that it has come from may be ahead.
      const removedAt = Math.max(now(), 'pass' in target ? target.pass.issuedAt : target.visitedAt)
      entrance.memory.patchMember(target.identity, { removedAt, admitted: false })
      this.#expel(target, 'removed')
    },

    banPeer: (actor, { peerId }) => {
      const target = this.#anyTarget(actor, peerId)
      const { entrance, now } = this.#options
      const { name, role, identity } = target
      entrance.memory.patchMember(identity, { ban: { peerId, name, role, since: now() } })
      this.#expel(target, 'banned')
    },

    setRole: (actor, { peerId, role }) => {
      const target = this.#options.room.roster.peer(peerId)
      if (!target) throw new SfuError('notFound')
      if (!mayChangeRole(actor.role, target.role, role)) throw new SfuError('notAllowed')
      this.setRole(target, role)
    },
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

  setRole(peer: Peer, role: Role): void {
    const { entrance } = this.#options
    if (role === 'host') entrance.memory.setHost(peer.identity)
    else entrance.memory.patchMember(peer.identity, { role })
    if (role === 'host') this.#allowAll(peer)
    this.#applyRole(peer, role)
  }

  /**
   * Another node has done something to somebody who has a visit here as well: they are about to move, or have just moved.
   * What the room remembers of them holds for each of their visits.
   */
  async handleMember(identity: Identity, { role, forcedMute }: MemberPatch): Promise<void> {
    const { here, moving } = this.#options.room.roster
    const visits = [...here.values(), ...moving].filter((peer) => peer.identity === identity)
    for (const peer of visits) if (role && role !== peer.role) this.#applyRole(peer, role)
    if (forcedMute) await Promise.all(visits.map((peer) => this.#applyForcedMute(peer, new Set(forcedMute))))
  }

  /** @returns the epoch that the invite is for. @throws SfuError `notAllowed` for a role that the actor could not give */
  allowInvite(actor: Peer, role: Role): string {
    if (!outranks(actor.role, role)) throw new SfuError('notAllowed')
    return this.#options.entrance.memory.truth.epoch
  }

  /** @throws SfuError `notFound` */
  deleteMessage(messageId: ChatMessageId): void {
    if (!this.#options.entrance.memory.removeMessage(messageId)) throw new SfuError('notFound')
  }

  setRules(patch: RulesPatch): void {
    this.#options.entrance.memory.setRules(patch)
  }

  setPasswordHash(hash: string | undefined): void {
    this.#options.entrance.memory.setPasswordHash(hash)
  }

  endCall(): void {
    const { room, entrance } = this.#options
    entrance.link.sendEvent('callEnded', {})
    entrance.lobby.close('callEnded')
    room.close('callEnded')
  }

  /** Ends every visit of an identity on this node, also those that have not joined yet. */
  expelHere(identity: Identity, reason: EndReason): void {
    const { room } = this.#options
    for (const peer of room.roster.visits) if (peer.identity === identity) room.expel(peer, reason)
  }

  /** @throws SfuError `notFound`, `notAllowed` if it is oneself, or somebody whom one does not outrank */
  #target(actor: Actor, peerId: PeerId): Peer {
    return mayActOn(actor, this.#options.room.roster.peer(peerId))
  }

  /** The same for somebody on whichever node. */
  #anyTarget(actor: Actor, peerId: PeerId): Peer | RemotePeer {
    const { roster } = this.#options.room
    return mayActOn(actor, roster.peer(peerId) ?? roster.remotePeer(peerId))
  }

  /** Other nodes on which a deed is to be done. */
  #nodesOf(deed: Deed, { peerId }: { peerId?: PeerId | undefined }): NodeId[] {
    const { room, entrance } = this.#options
    if (peerId === undefined) return [...entrance.others.nodes]
    const waits = deed === 'admitPeer' || deed === 'refusePeer'
    const node = waits
      ? entrance.nodeOfWaiting(peerId)
      : room.roster.peer(peerId)
        ? undefined
        : room.roster.remotePeer(peerId)?.node
    return node === undefined ? [] : [node]
  }

  async #force(peer: Peer, source: Source, muted: boolean): Promise<void> {
    if (peer.forcedMute.has(source) === muted) return
    const forced = new Set(peer.forcedMute)
    if (muted) forced.add(source)
    else forced.delete(source)
    this.#options.entrance.memory.patchMember(peer.identity, { forcedMute: [...forced] })
    await this.#applyForcedMute(peer, forced)
  }

  async #applyForcedMute(peer: Peer, forced: ReadonlySet<Source>): Promise<void> {
    const { room } = this.#options
    const added = [...forced].filter((source) => !peer.forcedMute.has(source))
    if (added.length === 0 && forced.size === peer.forcedMute.size) return
    peer.forcedMute.clear()
    for (const source of forced) peer.forcedMute.add(source)
    room.handlePeerChanged(peer)
    const published = added.flatMap((source) => peer.published.get(source) ?? [])
    await Promise.all(published.map(({ producerId }) => room.publications.setProducerPaused(peer, producerId, true)))
  }

  #applyRole(peer: Peer, role: Role): void {
    const { room, entrance } = this.#options
    peer.role = role
    this.#close(peer, ({ source }) => !peer.rights.sources.has(source))
    if (peer.rights.actions.has('admitPeers')) peer.session.notify('lobbyChanged', { lobby: entrance.waiting() })
    room.handlePeerChanged(peer)
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

  #expel({ identity }: { identity: Identity }, reason: EndReason): void {
    this.#options.entrance.link.sendEvent('expel', { identity, reason })
    this.expelHere(identity, reason)
  }
}

/** @throws SfuError `notFound`; `notAllowed` if it is oneself, or somebody whom one does not outrank */
function mayActOn<P extends { id: PeerId; role: Role }>(actor: Actor, target: P | undefined): P {
  if (!target) throw new SfuError('notFound')
  if (target.id === actor.id || !outranks(actor.role, target.role)) throw new SfuError('notAllowed')
  return target
}

const isUnreachable = (error: unknown): boolean =>
  error instanceof SfuError && (error.code === 'notReady' || error.code === 'timeout')
