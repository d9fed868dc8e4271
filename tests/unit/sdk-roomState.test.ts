import { describe, expect, it } from 'vitest'
import {
  applyNotification,
  applySnapshot,
  dropMedia,
  EMPTY_ROOM,
  type RoomState,
  setTrack,
} from '../../client/sdk/roomState.ts'
import type { PeerId, ProducerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import type { PeerSnapshot } from '../../shared/peer.ts'
import { ordinaryAccess } from '../support/access.ts'

const id = (name: string) => name as PeerId
const producer = (name: string) => name as ProducerId
const track = (name: string) => ({ id: name }) as MediaStreamTrack

const peer = (name: string, joinedAt: number, published: Partial<Record<Source, string>> = {}): PeerSnapshot => ({
  id: id(name),
  name,
  joinedAt,
  role: 'speaker',
  forcedMute: [],
  published: Object.entries(published).map(([source, value]) => ({
    source: source as Source,
    producerId: producer(value.replace('!', '')),
    paused: value.endsWith('!'),
  })),
})

const joined = (...peers: PeerSnapshot[]): RoomState =>
  applySnapshot(EMPTY_ROOM, {
    peerId: id('me'),
    peers: [peer('me', 5), ...peers],
    speakers: [],
    chat: [],
    ...ordinaryAccess,
  })

const names = (room: RoomState) => room.peers.map(({ name }) => name).join(' ')

describe('the room as a client knows it', () => {
  it('keeps oneself apart and the others in the order in which they joined', () => {
    let room = joined(peer('cy', 30), peer('ana', 10))
    room = applyNotification(room, 'peerJoined', { peer: peer('bo', 20) })
    expect(names(room)).toBe('ana bo cy')
    expect(applyNotification(room, 'peerChanged', { peer: peer('me', 5, { mic: 'm' }) })).toBe(room)
  })

  it('gives everyone the same order when two joined in the same millisecond', () => {
    const one = joined(peer('ana', 10), peer('bo', 10))
    const other = joined(peer('bo', 10), peer('ana', 10))
    expect(names(one)).toBe(names(other))
  })

  it('takes over the whole new value, any number of times', () => {
    const before = joined(peer('ana', 10, { mic: 'm' }), peer('bo', 20))
    const once = applyNotification(before, 'peerChanged', { peer: peer('ana', 10, { mic: 'm!', cam: 'c' }) })
    expect(once.peers[0]?.published.mic?.paused).toBe(true)
    expect(once.peers[0]?.published.cam?.producerId).toBe('c')
    expect(once.peers[1]).toBe(before.peers[1])
    expect(applyNotification(once, 'peerChanged', { peer: peer('ana', 10, { mic: 'm!', cam: 'c' }) })).toBe(once)
  })

  it('keeps the identity of every track that is the same', () => {
    const before = joined(peer('ana', 10, { mic: 'm', cam: 'c' }))
    const after = applyNotification(before, 'peerChanged', { peer: peer('ana', 10, { mic: 'm!', cam: 'c' }) })
    expect(after.peers[0]?.published.cam).toBe(before.peers[0]?.published.cam)
    expect(after.peers[0]?.published.mic).not.toBe(before.peers[0]?.published.mic)
  })

  it('adds somebody of whom only a change was heard', () => {
    expect(names(applyNotification(joined(), 'peerChanged', { peer: peer('ana', 10) }))).toBe('ana')
  })

  it('forgets who leaves, as a speaker too, and passes over strangers', () => {
    let room = joined(peer('ana', 10), peer('bo', 20))
    room = applyNotification(room, 'speakersChanged', { speakers: [id('bo'), id('me')] })
    room = applyNotification(room, 'peerLeft', { peerId: id('bo'), reason: 'left' })
    expect(names(room)).toBe('ana')
    expect(room.speakers).toEqual(['me'])
    expect(applyNotification(room, 'peerLeft', { peerId: id('bo'), reason: 'left' })).toBe(room)
  })

  it('changes nothing when the same people speak', () => {
    const room = applyNotification(joined(), 'speakersChanged', { speakers: [id('a')] })
    expect(applyNotification(room, 'speakersChanged', { speakers: [id('a')] })).toBe(room)
  })

  it('leaves media and endings to others, and unknown names alone', () => {
    const room = joined(peer('ana', 10))
    expect(applyNotification(room, 'consumersAdded', { consumers: [] })).toBe(room)
    expect(applyNotification(room, 'sessionEnded', { reason: 'left' })).toBe(room)
    expect(applyNotification(room, 'fromTheFuture' as 'sessionEnded', { reason: 'left' })).toBe(room)
  })
})

describe('the media in the room', () => {
  it('appears and disappears at its producer', () => {
    const before = joined(peer('ana', 10, { mic: 'm', cam: 'c' }), peer('bo', 20))
    const cam = track('cam')
    const shown = setTrack(before, producer('c'), cam)
    expect(shown.peers[0]?.published.cam?.track).toBe(cam)
    expect(shown.peers[0]?.published.mic).toBe(before.peers[0]?.published.mic)
    expect(shown.peers[1]).toBe(before.peers[1])
    expect(setTrack(shown, producer('c'), cam)).toBe(shown)
    expect(setTrack(shown, producer('c'), undefined).peers[0]?.published.cam).not.toHaveProperty('track')
  })

  it('may arrive before its producer is announced, and survives a mute', () => {
    const cam = track('cam')
    let room = setTrack(joined(peer('ana', 10)), producer('c'), cam)
    room = applyNotification(room, 'peerChanged', { peer: peer('ana', 10, { cam: 'c' }) })
    room = applyNotification(room, 'peerChanged', { peer: peer('ana', 10, { cam: 'c!' }) })
    expect(room.peers[0]?.published.cam).toEqual({ source: 'cam', producerId: 'c', paused: true, track: cam })
  })

  it('stays until the next producer has its own, as long as it is received', () => {
    const [first, second] = [track('first'), track('second')]
    const cam = (state: RoomState) => state.peers[0]?.published.cam
    const room = setTrack(joined(peer('ana', 10, { cam: 'c1' })), producer('c1'), first)
    const changed = applyNotification(room, 'peerChanged', { peer: peer('ana', 10, { cam: 'c2' }) })
    expect(cam(changed)).toMatchObject({ producerId: 'c2', track: first })
    expect(cam(setTrack(changed, producer('c1'), undefined))).not.toHaveProperty('track')
    const taken = setTrack(changed, producer('c2'), second)
    expect(cam(taken)).toMatchObject({ producerId: 'c2', track: second })
    expect(cam(setTrack(taken, producer('c1'), undefined))).toBe(cam(taken))
  })

  it('does not come back with the next producer', () => {
    const room = setTrack(joined(peer('ana', 10, { cam: 'c1' })), producer('c1'), track('cam'))
    const off = applyNotification(room, 'peerChanged', { peer: peer('ana', 10, {}) })
    const on = applyNotification(off, 'peerChanged', { peer: peer('ana', 10, { cam: 'c2' }) })
    expect(on.peers[0]?.published.cam).not.toHaveProperty('track')
  })

  it('is gone with the session, while the people stay', () => {
    const room = setTrack(joined(peer('ana', 10, { cam: 'c' }), peer('bo', 20)), producer('c'), track('cam'))
    const dropped = dropMedia({ ...room, speakers: [id('ana')] })
    expect(names(dropped)).toBe('ana bo')
    expect(dropped.speakers).toEqual([])
    expect(dropped.peers[0]?.published.cam).not.toHaveProperty('track')
    expect(dropped.peers[1]).toBe(room.peers[1])
  })

  it('starts anew with the next session, which keeps what is the same', () => {
    const room = setTrack(joined(peer('ana', 10, { cam: 'c' }), peer('bo', 20)), producer('c'), track('cam'))
    const again = applySnapshot(room, {
      peerId: id('me2'),
      peers: [peer('bo', 20)],
      speakers: [id('bo')],
      chat: [],
      ...ordinaryAccess,
    })
    expect(again.selfId).toBe('me2')
    expect(again.peers).toEqual([room.peers[1]])
    expect(again.peers[0]).toBe(room.peers[1])
    expect(again.tracks.size).toBe(0)
  })
})
