/** What was missed, told one by one or as what holds now: both lead to the same room. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withHistory } from '../../client/sdk/chatLog.ts'
import { applySnapshot, catchUp, EMPTY_ROOM, type RoomState, setTrack } from '../../client/sdk/roomState.ts'
import type { RoomView, SelfView, Waiting } from '../../shared/access.ts'
import { CHAT_HISTORY, type ChatMessage } from '../../shared/chat.ts'
import type { ProducerId } from '../../shared/ids.ts'
import type { NotificationData, NotificationName } from '../../shared/notifications.ts'
import type { PeerSnapshot } from '../../shared/peer.ts'
import type { Output } from '../../shared/requests.ts'

type Step = { kind: number; who: number; what: number }
const step: fc.Arbitrary<Step> = fc.record({ kind: fc.nat(), who: fc.nat(), what: fc.nat() })

const SOURCES = ['mic', 'cam', 'screen'] as const

/** A room of a server: each step changes it, and is told. */
class ModelRoom {
  readonly told: { name: NotificationName; data: unknown }[] = []
  readonly #peers = new Map<string, PeerSnapshot>()
  #speakers: string[] = []
  #chat: ChatMessage[] = []
  #self: SelfView = { role: 'moderator', actions: ['admitPeers'], sources: ['mic'], forcedMute: [] }
  #room = { locked: false } as RoomView
  #lobby: Waiting[] = []
  #made = 0

  constructor() {
    this.#peers.set('me', this.#newPeer('me'))
    this.#peers.set('peer-0', this.#newPeer('peer-0'))
  }

  snapshot(): NonNullable<Output<'resume'>['snapshot']> {
    return structuredClone({
      peerId: 'me',
      peers: [...this.#peers.values()],
      speakers: this.#speakers,
      consumers: [],
      chat: this.#chat,
      worker: 0,
      allVoicesUpTo: 12,
      self: this.#self,
      room: this.#room,
      lobby: this.#lobby,
    }) as unknown as NonNullable<Output<'resume'>['snapshot']>
  }

  producers(): Set<ProducerId> {
    return new Set([...this.#peers.values()].flatMap(({ published }) => published.map(({ producerId }) => producerId)))
  }

  take({ kind, who, what }: Step): void {
    const steps = [
      () => this.#join(),
      () => this.#leave(who),
      () => this.#publish(who, what),
      () => this.#change(who, what),
      () => this.#speak(who),
      () => this.#say(),
      () => this.#takeBack(what),
      () => this.#allow(what),
      () => this.#lock(what),
      () => this.#knock(what),
    ]
    steps[kind % steps.length]?.()
  }

  #tell<N extends NotificationName>(name: N, data: NotificationData<N>): void {
    this.told.push(structuredClone({ name, data }))
  }

  #newPeer(id: string): PeerSnapshot {
    const peer = { id, name: id, joinedAt: this.#made++, published: [], role: 'speaker', forcedMute: [] }
    return peer as unknown as PeerSnapshot
  }

  #pick(at: number): PeerSnapshot {
    const peers = [...this.#peers.values()]
    return peers[at % peers.length] as PeerSnapshot
  }

  #put(peer: PeerSnapshot): void {
    this.#peers.set(peer.id, peer)
    this.#tell('peerChanged', { peer })
  }

  #join(): void {
    const peer = this.#newPeer(`peer-${this.#made}`)
    this.#peers.set(peer.id, peer)
    this.#tell('peerJoined', { peer })
  }

  #leave(who: number): void {
    const { id } = this.#pick(who)
    if (String(id) === 'me') return
    this.#peers.delete(id)
    this.#speakers = this.#speakers.filter((speaker) => speaker !== id)
    this.#tell('peerLeft', { peerId: id, reason: 'left' })
  }

  #publish(who: number, what: number): void {
    const peer = this.#pick(who)
    const source = SOURCES[what % SOURCES.length] ?? 'mic'
    const others = peer.published.filter((entry) => entry.source !== source)
    const producerId = `producer-${this.#made++}` as unknown as ProducerId
    const added = what % 4 === 0 ? [] : [{ source, producerId, paused: what % 5 === 0 }]
    this.#put({ ...peer, published: [...others, ...added] })
  }

  #change(who: number, what: number): void {
    const { uplink: _, connection: __, handRaisedAt: ___, ...peer } = this.#pick(who)
    const changes: Partial<PeerSnapshot>[] = [
      { connection: 'reconnecting' },
      { uplink: 'poor' },
      { handRaisedAt: what },
    ]
    this.#put({ ...peer, ...changes[what % 4] })
  }

  #speak(who: number): void {
    this.#speakers = [this.#pick(who).id]
    this.#tell('speakersChanged', { speakers: this.#speakers } as NotificationData<'speakersChanged'>)
  }

  #say(): void {
    const at = this.#made++
    const message = { id: `message-${at}`, from: 'me', name: 'me', text: 'hello', sentAt: at } as unknown as ChatMessage
    this.#chat.push(message)
    this.#tell('chatMessage', { message })
  }

  #takeBack(what: number): void {
    const [message] = this.#chat.splice(what % Math.max(1, this.#chat.length), 1)
    if (message) this.#tell('chatMessageDeleted', { messageId: message.id })
  }

  #allow(what: number): void {
    const may = what % 2 === 0
    this.#self = { ...this.#self, role: may ? 'moderator' : 'speaker', actions: may ? ['admitPeers'] : [] }
    if (may) this.#tell('lobbyChanged', { lobby: this.#lobby })
    else this.#lobby = []
    this.#tell('selfChanged', { self: this.#self })
  }

  #lock(what: number): void {
    this.#room = { ...this.#room, locked: what % 2 === 0 }
    this.#tell('roomChanged', { room: this.#room })
  }

  #knock(what: number): void {
    if (!this.#self.actions.includes('admitPeers')) return
    this.#lobby = what % 3 === 0 ? [] : [{ peerId: `waiting-${what}`, name: 'x', since: what } as unknown as Waiting]
    this.#tell('lobbyChanged', { lobby: this.#lobby })
  }
}

/** As the receiver does: what nobody publishes any more is not received. */
function dropClosed(room: RoomState, present: ReadonlySet<ProducerId>): RoomState {
  const gone = [...room.tracks.keys()].filter((producerId) => !present.has(producerId))
  return gone.reduce((now, producerId) => setTrack(now, producerId, undefined), room)
}

describe('catching up', () => {
  it('by what was missed is the same as by what holds now', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.array(step, { maxLength: 60 }), (earlier, later) => {
        const server = new ModelRoom()
        for (const each of earlier) server.take(each)
        let before = applySnapshot(EMPTY_ROOM, server.snapshot())
        for (const producerId of server.producers())
          before = setTrack(before, producerId, { id: producerId } as unknown as MediaStreamTrack)
        const known = server.told.length
        for (const each of later) server.take(each)
        const replayed = catchUp(before, { missed: server.told.slice(known) })
        const diffed = catchUp(before, { snapshot: server.snapshot() })
        const present = server.producers()
        expect(dropClosed(replayed, present)).toEqual(dropClosed(diffed, present))
      }),
      { numRuns: 500 },
    )
  })

  it('keeps what has not changed as it is', () => {
    const server = new ModelRoom()
    for (let at = 1; at < 8; at++) server.take({ kind: 2, who: at, what: at })
    const before = applySnapshot(EMPTY_ROOM, server.snapshot())
    expect(catchUp(before, { missed: [] })).toBe(before)
    const after = catchUp(before, { snapshot: server.snapshot() })
    expect(after.peers[0]).toBe(before.peers[0])
    expect(after.chat).toBe(before.chat)
  })
})

describe('messages that the server has no more', () => {
  const message = (id: number, to?: string) =>
    ({ id: String(id), from: 'a', name: 'a', text: 'x', sentAt: id, ...(to && { to }) }) as unknown as ChatMessage
  const ids = (log: readonly ChatMessage[]) => log.map(({ id }) => Number(id))

  it('were taken back', () => {
    expect(ids(withHistory([message(1), message(2), message(3)], [message(1), message(3)]))).toEqual([1, 3])
    expect(ids(withHistory([message(1)], []))).toEqual([])
  })

  it('stay where they were to one person alone, or are older than it keeps', () => {
    expect(ids(withHistory([message(1, 'b'), message(2)], [message(2)]))).toEqual([1, 2])
    const history = Array.from({ length: CHAT_HISTORY }, (_, at) => message(10 + at))
    expect(ids(withHistory([message(1), message(10)], history)).slice(0, 3)).toEqual([1, 10, 11])
  })
})
