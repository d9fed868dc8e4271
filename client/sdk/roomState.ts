/**
 * What a client knows of its room, and how each notification changes it: pure. What has not changed keeps its identity,
 * so that a page redraws only what is different.
 */
import type { ChatMessage } from '../../shared/chat.ts'
import type { PeerId, ProducerId } from '../../shared/ids.ts'
import type { NotificationData, NotificationName } from '../../shared/notifications.ts'
import type { PeerSnapshot } from '../../shared/peer.ts'
import type { Output } from '../../shared/requests.ts'
import { addMessages, withHistory } from './chatLog.ts'
import type { Access, PeerView, PublishedTrack } from './types.ts'

export type RoomState = {
  readonly selfId: PeerId | undefined
  /** The others, in the order in which they joined. */
  readonly peers: readonly PeerView[]
  readonly speakers: readonly PeerId[]
  /** What is received, by the producer that it comes from; it may be here before its producer is announced. */
  readonly tracks: ReadonlyMap<ProducerId, MediaStreamTrack>
  /** By arrival, without duplicates, bounded. */
  readonly chat: readonly ChatMessage[]
  /** Since when one's own hand is up. Kept over a reconnect, in which it is raised again. */
  readonly ownHandRaisedAt: number | undefined
  readonly access: Access
}

export const NO_ACCESS: Access = {
  inLobby: false,
  role: undefined,
  actions: [],
  sources: [],
  forcedMute: [],
  room: undefined,
  lobby: [],
}

export const EMPTY_ROOM: RoomState = {
  selfId: undefined,
  peers: [],
  speakers: [],
  tracks: new Map(),
  chat: [],
  ownHandRaisedAt: undefined,
  access: NO_ACCESS,
}

type Snapshot = Pick<Output<'join'>, 'peerId' | 'peers' | 'speakers' | 'chat' | 'self' | 'room' | 'lobby'>

/** Everyone who is there at the beginning of a session; media comes afterwards. */
export function applySnapshot(before: RoomState, snapshot: Snapshot): RoomState {
  const { peerId, peers, speakers, chat, self, lobby } = snapshot
  const room = { ...before, access: { inLobby: false, ...self, room: snapshot.room, lobby } }
  const empty: RoomState = {
    ...room,
    selfId: peerId,
    speakers,
    tracks: new Map(),
    chat: withHistory(room.chat, chat),
    ownHandRaisedAt: peers.find(({ id }) => id === peerId)?.handRaisedAt ?? room.ownHandRaisedAt,
  }
  const views = peers
    .filter(({ id }) => id !== peerId)
    .map((peer) => viewOf(peer, empty.tracks, findPeer(room, peer.id)))
    .sort(byJoining)
  return { ...empty, peers: views }
}

type Missed = Pick<Output<'resume'>, 'missed' | 'snapshot'>

/** Over another socket: what has happened meanwhile, or what holds now. What is received is brought in line beside it. */
export function catchUp(room: RoomState, { missed = [], snapshot }: Missed): RoomState {
  if (snapshot === undefined)
    // The server checks what it sends against the same table.
    return missed.reduce((now, { name, data }) => applyNotification(now, name as NotificationName, data as never), room)
  const { peerId, peers, speakers, chat, self, lobby } = snapshot
  const views = peers
    .filter(({ id }) => id !== peerId)
    .map((peer) => viewOf(peer, room.tracks, findPeer(room, peer.id)))
    .sort(byJoining)
  return {
    ...room,
    peers: views,
    speakers,
    chat: withHistory(room.chat, chat),
    ownHandRaisedAt: peers.find(({ id }) => id === peerId)?.handRaisedAt,
    access: { inLobby: false, ...self, room: snapshot.room, lobby },
  }
}

/** `data` is of the type that belongs to `name`; the media of consumers is applied by {@link setTrack}. */
export function applyNotification<N extends NotificationName>(
  room: RoomState,
  name: N,
  data: NotificationData<N>,
): RoomState {
  const apply: Reducer<N> | undefined = REDUCERS[name]
  return apply === undefined ? room : apply(room, data)
}

/** A producer's media has arrived, or (`undefined`) is received no more. */
export function setTrack(room: RoomState, producerId: ProducerId, track: MediaStreamTrack | undefined): RoomState {
  if (room.tracks.get(producerId) === track) return room
  const tracks = new Map(room.tracks)
  if (track === undefined) tracks.delete(producerId)
  else tracks.set(producerId, track)
  const gone = track === undefined ? room.tracks.get(producerId) : undefined
  const owner = room.peers.find(({ published }) =>
    Object.values(published).some((entry) => entry.producerId === producerId || (gone && entry.track === gone)),
  )
  if (owner === undefined) return { ...room, tracks }
  const view = { ...owner, published: withTracks(Object.values(owner.published), tracks, owner.published) }
  return { ...room, tracks, peers: room.peers.map((peer) => (peer === owner ? view : peer)) }
}

/** The session is gone: people stay on screen while it is made anew, without media. */
export function dropMedia(room: RoomState): RoomState {
  const tracks: RoomState['tracks'] = new Map()
  const peers = room.peers.map((peer) => {
    const published = withTracks(Object.values(peer.published), tracks, peer.published)
    return published === peer.published ? peer : { ...peer, published }
  })
  return { ...room, peers, speakers: [], tracks }
}

/** Somebody has to open first, or has opened. */
export const setInLobby = (room: RoomState, inLobby: boolean): RoomState =>
  room.access.inLobby === inLobby ? room : { ...room, access: { ...room.access, inLobby } }

/** What was said, once, however often it is told. */
export function addChat(room: RoomState, message: ChatMessage): RoomState {
  const chat = addMessages(room.chat, [message])
  return chat === room.chat ? room : { ...room, chat }
}

export function setOwnHand(room: RoomState, ownHandRaisedAt: number | undefined): RoomState {
  return room.ownHandRaisedAt === ownHandRaisedAt ? room : { ...room, ownHandRaisedAt }
}

type Reducer<N extends NotificationName> = (room: RoomState, data: NotificationData<N>) => RoomState

const unchanged = (room: RoomState) => room

const REDUCERS: { [N in NotificationName]: Reducer<N> } = {
  peerJoined: (room, { peer }) => putPeer(room, peer),
  peerChanged: (room, { peer }) => putPeer(room, peer),
  peerLeft: (room, { peerId }) => {
    if (findPeer(room, peerId) === undefined) return room
    const peers = room.peers.filter(({ id }) => id !== peerId)
    const speakers = room.speakers.includes(peerId) ? room.speakers.filter((id) => id !== peerId) : room.speakers
    return { ...room, peers, speakers }
  },
  speakersChanged: (room, { speakers }) => (sameList(room.speakers, speakers) ? room : { ...room, speakers }),
  consumersAdded: unchanged,
  consumersRemoved: unchanged,
  chatMessage: (room, { message }) => addChat(room, message),
  reaction: unchanged,
  demandChanged: unchanged,
  chatMessageDeleted: (room, { messageId }) => ({ ...room, chat: room.chat.filter(({ id }) => id !== messageId) }),
  selfChanged: (room, { self }) => {
    const lobby = self.actions.includes('admitPeers') ? room.access.lobby : []
    return { ...room, access: { ...room.access, ...self, lobby } }
  },
  roomChanged: (state, { room }) => ({ ...state, access: { ...state.access, room } }),
  lobbyChanged: (room, { lobby }) => ({ ...room, access: { ...room.access, lobby } }),
  ownProducersClosed: unchanged,
  admitted: unchanged,
  ticketChanged: unchanged,
  layersChanged: unchanged,
  serverStopping: unchanged,
  moveRequested: unchanged,
  sessionEnded: unchanged,
}

function putPeer(room: RoomState, peer: PeerSnapshot): RoomState {
  // What one publishes is known here first; the hand only from the server.
  if (peer.id === room.selfId) return setOwnHand(room, peer.handRaisedAt)
  const known = findPeer(room, peer.id)
  const view = viewOf(peer, room.tracks, known)
  if (view === known) return room
  const others = room.peers.filter((other) => other !== known)
  return { ...room, peers: [...others, view].sort(byJoining) }
}

function viewOf(peer: PeerSnapshot, tracks: RoomState['tracks'], known: PeerView | undefined): PeerView {
  const { id, name, joinedAt, handRaisedAt, uplink, connection, role, forcedMute } = peer
  const published = withTracks(peer.published, tracks, known?.published)
  const same =
    known?.name === name &&
    known.joinedAt === joinedAt &&
    known.handRaisedAt === handRaisedAt &&
    known.uplink === uplink &&
    known.connection === connection &&
    known.role === role &&
    sameList(known.forcedMute ?? [], forcedMute)
  if (same && known.published === published) return known
  return {
    id,
    name,
    joinedAt,
    published,
    role,
    ...(forcedMute.length > 0 && { forcedMute }),
    ...(handRaisedAt !== undefined && { handRaisedAt }),
    ...(uplink !== undefined && { uplink }),
    ...(connection !== undefined && { connection }),
  }
}

type PublishedTracks = PeerView['published']

function withTracks(
  entries: readonly Omit<PublishedTrack, 'track'>[],
  tracks: RoomState['tracks'],
  known: PublishedTracks | undefined,
): PublishedTracks {
  const views = entries.map(({ source, producerId, paused }): PublishedTrack => {
    const before = known?.[source]
    const track = tracks.get(producerId) ?? stillReceived(before?.track, tracks)
    if (before?.producerId === producerId && before.paused === paused && before.track === track) return before
    return track === undefined ? { source, producerId, paused } : { source, producerId, paused, track }
  })
  const same = known && Object.keys(known).length === views.length && views.every((view) => known[view.source] === view)
  return same ? known : Object.fromEntries(views.map((view) => [view.source, view]))
}

/** What a producer has taken the place of is shown until its own picture is there. */
const stillReceived = (track: MediaStreamTrack | undefined, tracks: RoomState['tracks']) =>
  track && [...tracks.values()].includes(track) ? track : undefined

const findPeer = (room: RoomState, id: PeerId) => room.peers.find((peer) => peer.id === id)
const byJoining = (a: PeerView, b: PeerView) => a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : 1)
const sameList = <T>(a: readonly T[], b: readonly T[]) =>
  a.length === b.length && a.every((entry, index) => entry === b[index])
