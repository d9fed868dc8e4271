import type { ChatMessage, Reaction } from '../../shared/chat.ts'
import type { ChatMessageId, Identity, NodeId, PeerId, ProducerId } from '../../shared/ids.ts'
import type { EndReason } from '../../shared/notifications.ts'
import { loudest, type Voice } from '../core/speakers.ts'
import type { MemberPatch, RoomTruth } from '../store/RoomStore.ts'
import type { Entrance } from './Entrance.ts'
import { isNewer, type NodeEvent, type RemoteChange } from './OtherNodes.ts'
import type { Peer } from './Peer.ts'
import type { RemotePeer } from './RemotePeer.ts'
import type { Roster } from './Roster.ts'

type Options = {
  entrance: Entrance
  roster: Roster
  duplicateIdentity: 'replace' | 'allow'
  onPeer: (change: RemoteChange) => void
  /** Somebody has come in anew there, and is in the roster here no more. */
  onMoved: (peer: Peer) => void
  /** It does not let go of what it has here. */
  onOverstayed: (peer: Peer) => void
  /** The same identity has come in there. */
  onReplaced: (peer: Peer) => void
  /** Who is heard on all nodes, the loudest first. */
  onVoices: (voices: readonly Voice[]) => void
  onHint: (peerId: PeerId) => void
  onReaction: (reaction: { peerId: PeerId; reaction: Reaction }) => void
  onExpel: (identity: Identity, reason: EndReason) => void
  onCallEnded: () => void
  /** Another node has changed what the room remembers of somebody. */
  onMember: (identity: Identity, patch: MemberPatch) => void
  /** Who waits is different, here or there. */
  onLobby: () => void
  onDemand: (node: NodeId, producerId: ProducerId, layer: number | undefined) => void
  onNodeGone: (node: NodeId) => void
  /** What the room remembers is different, whoever has changed it. */
  onTruth: (before: RoomTruth) => void
  onMessage: (message: ChatMessage) => void
  onMessageRemoved: (messageId: ChatMessageId) => void
}

/** The contract of nodes takes no more; a node with many workers may hear more. */
const MOST_VOICES = 32
/** Who has come in on another node lets go of this one at once; who does not is let go, milliseconds. */
const MOVE_GRACE_MS = 10_000

/** A room's dealings with other nodes: what they are told of its peers, and what of theirs concerns it. Owned by Room. */
export class Neighbours {
  readonly #options: Options
  /** What each node hears; this one under an empty name. */
  readonly #voices = new Map<NodeId | '', readonly Voice[]>()
  readonly #moves = new Map<Peer, NodeJS.Timeout>()
  readonly #stops: (() => void)[] = []

  constructor(options: Options) {
    this.#options = options
    const { others, lobby, memory } = options.entrance
    const handlePeer = (change: RemoteChange) => {
      if (change.now) this.#giveWay(change.now)
      options.onPeer(change)
    }
    const handleEvent = (event: NodeEvent) => this.#handleEvent(event)
    const handleNodeGone = (node: NodeId) => {
      this.#setVoices(node, [])
      options.onNodeGone(node)
    }
    others.on('peer', handlePeer)
    others.on('lobby', options.onLobby)
    others.on('demand', options.onDemand)
    others.on('nodeGone', handleNodeGone)
    others.on('event', handleEvent)
    lobby.on('changed', options.onLobby)
    memory.on('truthChanged', options.onTruth)
    memory.on('message', options.onMessage)
    memory.on('messageRemoved', options.onMessageRemoved)
    this.#stops.push(
      () => others.off('peer', handlePeer),
      () => others.off('lobby', options.onLobby),
      () => others.off('demand', options.onDemand),
      () => others.off('nodeGone', handleNodeGone),
      () => others.off('event', handleEvent),
      () => lobby.off('changed', options.onLobby),
      () => memory.off('truthChanged', options.onTruth),
      () => memory.off('message', options.onMessage),
      () => memory.off('messageRemoved', options.onMessageRemoved),
    )
  }

  /** Somebody came in here, or is different. */
  share(peer: Peer): void {
    this.#options.entrance.link.setState('peer', peer.id, peer.record())
  }

  withdraw(peer: Peer): void {
    this.#options.entrance.link.setState('peer', peer.id, undefined)
  }

  /** What is heard of those who publish here. */
  setVoices(voices: readonly Voice[]): void {
    const { link, others } = this.#options.entrance
    if (others.peerCount > 0) link.sendEvent('voices', { voices: voices.slice(0, MOST_VOICES) })
    this.#setVoices('', voices)
  }

  hint(peerId: PeerId): void {
    const { link, others } = this.#options.entrance
    if (others.peerCount > 0) link.sendEvent('hint', { peerId })
  }

  /** Somebody who has moved has let go of this node. */
  handleMoveOver(peer: Peer): void {
    clearTimeout(this.#moves.get(peer))
    this.#moves.delete(peer)
    const { roster } = this.#options
    // Unless it is back already.
    if (!roster.here.has(peer.id)) this.withdraw(peer)
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop()
    for (const timer of this.#moves.values()) clearTimeout(timer)
    for (const peer of [...this.#options.roster.here.values(), ...this.#options.roster.moving]) this.withdraw(peer)
  }

  /** To a later visit of the same peer, or, as the operator wishes, of the same identity. */
  #giveWay(remote: RemotePeer): void {
    const { roster, duplicateIdentity, onReplaced, entrance } = this.#options
    const { nodeId: node } = entrance.link
    for (const peer of [...roster.here.values()]) {
      if (!isNewer(remote, { visitedAt: peer.visitedAt, node })) continue
      if (peer.id === remote.id) this.#letMove(peer, remote)
      else if (duplicateIdentity === 'replace' && peer.identity === remote.identity) onReplaced(peer)
    }
  }

  #letMove(peer: Peer, remote: RemotePeer): void {
    const { roster, onMoved, onOverstayed } = this.#options
    roster.here.delete(peer.id)
    roster.moving.add(peer)
    // The others keep what it sends from here until it sends from there.
    this.#moves.set(
      peer,
      setTimeout(() => onOverstayed(peer), MOVE_GRACE_MS),
    )
    onMoved(peer)
    if (!remote.hidden) roster.notifyAll('peerChanged', { peer: roster.snapshotOf(remote) })
  }

  #handleEvent({ name, data, node }: NodeEvent): void {
    const { onHint, onReaction, onExpel, onCallEnded, onMember } = this.#options
    if (name === 'voices') this.#setVoices(node, data.voices)
    else if (name === 'hint') onHint(data.peerId)
    else if (name === 'reaction') onReaction(data)
    else if (name === 'expel') onExpel(data.identity, data.reason)
    else if (name === 'callEnded') onCallEnded()
    else if (name === 'member') onMember(data.identity, data.patch)
  }

  #setVoices(node: NodeId | '', voices: readonly Voice[]): void {
    if (voices.length > 0) this.#voices.set(node, voices)
    else this.#voices.delete(node)
    this.#options.onVoices(loudest(this.#voices.values()))
  }
}
