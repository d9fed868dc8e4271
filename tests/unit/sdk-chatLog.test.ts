import { describe, expect, it } from 'vitest'
import { addMessages, MAX_MESSAGES, newMessages, withHistory } from '../../client/sdk/chatLog.ts'
import { endPatch, IDLE, roomPatch } from '../../client/sdk/clientState.ts'
import { applyNotification, applySnapshot, EMPTY_ROOM, setOwnHand } from '../../client/sdk/roomState.ts'
import type { ChatMessage } from '../../shared/chat.ts'
import type { PeerId } from '../../shared/ids.ts'
import type { PeerSnapshot } from '../../shared/peer.ts'
import { ordinaryAccess } from '../support/access.ts'

const message = (id: string, from = 'ana') => ({ id, from, name: from, text: id, sentAt: 0 }) as unknown as ChatMessage
const messages = (ids: string) =>
  ids
    .split(' ')
    .filter(Boolean)
    .map((id) => message(id))
const privately = (id: string) => ({ ...message(id), to: 'me' as PeerId })
const ids = (log: readonly ChatMessage[]) => log.map(({ id }) => id).join(' ')

describe('what has been said', () => {
  it.each([
    { log: '', added: 'a b', expected: 'a b', what: 'the history comes first' },
    { log: 'a b', added: 'c', expected: 'a b c', what: 'a message comes at the end' },
    { log: 'a', added: 'b b', expected: 'a b', what: 'one that is told twice is there once' },
  ])('$what', ({ log, added, expected }) => {
    expect(ids(addMessages(messages(log), messages(added)))).toBe(expected)
  })

  it('is after a reconnect what the server still has, and what was said in private', () => {
    const log = [...messages('a b'), privately('p'), message('c')]
    expect(ids(withHistory(log, messages('b c d')))).toBe('b p c d')
    expect(ids(withHistory(log, []))).toBe('p')
  })

  it('stays the same list if nothing is new', () => {
    const log = messages('a b')
    expect(addMessages(log, messages('b a'))).toBe(log)
    expect(newMessages(log, messages('b c c'))).toEqual([message('c')])
  })

  it('keeps the last of very many', () => {
    const many = Array.from({ length: MAX_MESSAGES }, (_, at) => message(`m${at}`))
    const log = addMessages(many, messages('last'))
    expect(log).toHaveLength(MAX_MESSAGES)
    expect([log[0]?.id, log.at(-1)?.id]).toEqual(['m1', 'last'])
  })
})

const id = (name: string) => name as PeerId
const peer = (name: string, handRaisedAt?: number): PeerSnapshot => ({
  id: id(name),
  name,
  joinedAt: 1,
  role: 'speaker',
  forcedMute: [],
  published: [],
  ...(handRaisedAt !== undefined && { handRaisedAt }),
})
const joined = applySnapshot(EMPTY_ROOM, {
  peerId: id('me'),
  peers: [peer('me'), peer('ana', 10)],
  speakers: [],
  chat: messages('a b'),
  ...ordinaryAccess,
})

describe('a room in which people write and raise hands', () => {
  it('begins with the history and goes on with what comes', () => {
    expect(ids(joined.chat)).toBe('a b')
    const later = applyNotification(joined, 'chatMessage', { message: message('c') })
    expect(ids(later.chat)).toBe('a b c')
    expect(applyNotification(later, 'chatMessage', { message: message('c') })).toBe(later)
    expect(applyNotification(joined, 'reaction', { peerId: id('ana'), reaction: '👍' })).toBe(joined)
  })

  it('keeps private messages over a reconnect, adds what was missed, and drops what was taken back', () => {
    const before = applyNotification(joined, 'chatMessage', { message: privately('private') })
    const snapshot = {
      peerId: id('me2'),
      peers: [peer('me2')],
      speakers: [],
      chat: messages('b c'),
      ...ordinaryAccess,
    }
    expect(ids(applySnapshot(before, snapshot).chat)).toBe('b private c')
  })

  it('shows whose hand is up, one’s own too', () => {
    expect(joined.peers[0]?.handRaisedAt).toBe(10)
    const down = applyNotification(joined, 'peerChanged', { peer: peer('ana') })
    expect(down.peers[0]).not.toHaveProperty('handRaisedAt')
    const own = applyNotification(joined, 'peerChanged', { peer: peer('me', 20) })
    expect(own.ownHandRaisedAt).toBe(20)
    expect(own.peers).toBe(joined.peers)
    expect(applyNotification(own, 'peerChanged', { peer: peer('me', 20) })).toBe(own)
    expect(applyNotification(own, 'peerChanged', { peer: peer('me') }).ownHandRaisedAt).toBeUndefined()
    expect(setOwnHand(own, 20)).toBe(own)
  })

  it('keeps one’s own hand over a reconnect, in which it is raised again', () => {
    const own = applyNotification(joined, 'peerChanged', { peer: peer('me', 20) })
    const again = applySnapshot(own, {
      peerId: id('me2'),
      peers: [peer('me2')],
      speakers: [],
      chat: [],
      ...ordinaryAccess,
    })
    expect(again.ownHandRaisedAt).toBe(20)
  })
})

describe('what a page sees of it', () => {
  const self = { id: id('me'), name: 'Me', joinedAt: 1, published: {} }

  it('is the same oneself until the hand changes', () => {
    const state = { ...IDLE, self }
    expect(roomPatch(state, joined)).not.toHaveProperty('self')
    const raised = { ...state, ...roomPatch(state, setOwnHand(joined, 20)) }
    expect(raised.self).toEqual({ ...self, handRaisedAt: 20 })
    expect(roomPatch(raised, joined).self).toEqual(self)
    expect(roomPatch(IDLE, setOwnHand(joined, 20))).not.toHaveProperty('self')
  })

  it('keeps what was said after the end, and nobody’s hand', () => {
    const state = { ...IDLE, self: { ...self, handRaisedAt: 20 }, chat: messages('a') }
    expect({ ...state, ...endPatch(state) }).toMatchObject({ connection: 'closed', peers: [], chat: [{ id: 'a' }] })
    expect(endPatch(state).self).toEqual(self)
    expect(endPatch(IDLE)).not.toHaveProperty('self')
  })
})
