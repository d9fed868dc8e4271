import { describe, expect, it } from 'vitest'
import type { RoomStore, RoomTruth } from '../../server/store/RoomStore.ts'
import type { Ban } from '../../shared/access.ts'
import { CHAT_HISTORY, type ChatMessage } from '../../shared/chat.ts'
import type { ChatMessageId, Identity, PeerId, RoomId } from '../../shared/ids.ts'

export const ROOM = 'r' as RoomId
export const ana = 'ana' as Identity
const rules = { locked: true, lobby: false, muteOnEntry: false, chat: 'everyone', maxPeers: 1000 } as const
export const truth: RoomTruth = { epoch: 'e', rules, passwordHash: 'hash', ownerless: false, hosted: true }
export const ban: Ban = { peerId: 'p' as PeerId, name: 'Ana', role: 'speaker', since: 1 }
export const message = (id: string): ChatMessage => ({
  id: id as ChatMessageId,
  from: 'p' as PeerId,
  name: 'Ana',
  text: id,
  sentAt: 1,
})

type OpenStore = {
  store: RoomStore
  /** By the store's clock. */
  now(): number
  /** Until it is past this time. */
  passTo(time: number): Promise<void>
}

const MINUTE = 60_000

/** What every store of rooms promises. */
export function describeRoomStore(what: string, open: () => Promise<OpenStore>): void {
  describe(what, () => {
    it('gives back what it was given', async () => {
      const { store, now } = await open()
      expect(await store.load(ROOM)).toBeUndefined()
      expect(await store.create(ROOM, { ...truth, ownerless: true }, now() + MINUTE)).toBe(true)
      expect(await store.create(ROOM, truth, now() + MINUTE)).toBe(false)
      await store.patchTruth(ROOM, { ownerless: truth.ownerless })
      await store.patchMember(ROOM, ana, { role: 'speaker' })
      await store.patchMember(ROOM, ana, { role: 'host', forcedMute: ['mic'] })
      for (const id of ['c', 'b', 'a', 'c']) await store.addMessage(ROOM, message(id))
      await store.removeMessage(ROOM, message('b').id)
      expect(await store.load(ROOM)).toEqual({
        truth,
        members: new Map([[ana, { role: 'host', forcedMute: ['mic'] }]]),
        chat: [message('c'), message('a')],
      })
      expect(await store.load('other' as RoomId)).toBeUndefined()
    })

    it('takes away what is patched away, and nothing else', async () => {
      const { store, now } = await open()
      await store.create(ROOM, truth, now() + MINUTE)
      await store.patchTruth(ROOM, { passwordHash: null, rules: { lobby: true } })
      await store.patchMember(ROOM, ana, { ban, admitted: true })
      await store.patchMember(ROOM, ana, { ban: null })
      const { passwordHash, ...open_ } = truth
      const stored = await store.load(ROOM)
      expect(stored?.truth).toEqual({ ...open_, rules: { ...rules, lobby: true } })
      expect(stored?.members.get(ana)).toEqual({ admitted: true })
    })

    it('makes no room by a change to one that is not there', async () => {
      const { store } = await open()
      await store.patchTruth(ROOM, { rules: { lobby: true } })
      await store.keepUntil(ROOM, undefined)
      expect(await store.load(ROOM)).toBeUndefined()
    })

    it('keeps the last messages of each room', async () => {
      const { store, now } = await open()
      for (const id of ['r', 's'] as RoomId[]) await store.create(id, truth, now() + MINUTE)
      await store.addMessage('s' as RoomId, message('of s'))
      for (let at = 0; at < CHAT_HISTORY + 3; at++) await store.addMessage(ROOM, message(String(at)))
      const texts = (await store.load(ROOM))?.chat.map(({ text }) => text)
      expect(texts).toEqual(Array.from({ length: CHAT_HISTORY }, (_, at) => String(at + 3)))
      expect((await store.load('s' as RoomId))?.chat).toHaveLength(1)
    })

    it('forgets a room in time, with all that was in it, unless somebody is there', async () => {
      const { store, now, passTo } = await open()
      // The time is over when it is made: it is in use a moment later.
      await store.create(ROOM, truth, 0)
      await store.keepUntil(ROOM, undefined)
      await store.patchMember(ROOM, ana, { ban })
      await store.addMessage(ROOM, message('a'))
      await passTo(now() + 300)
      await store.sweep()
      expect(await store.load(ROOM)).toBeDefined()
      const end = now() + 300
      await store.keepUntil(ROOM, end)
      expect(await store.load(ROOM)).toBeDefined()
      await passTo(end)
      expect(await store.load(ROOM)).toBeUndefined()
      expect(await store.create(ROOM, { ...truth, epoch: 'f' }, now() + MINUTE)).toBe(true)
      expect(await store.load(ROOM)).toEqual({ truth: { ...truth, epoch: 'f' }, members: new Map(), chat: [] })
    })

    it('lets a token be used by one', async () => {
      const { store, now } = await open()
      const end = now() + MINUTE
      expect(await store.mayUse('jti', 'ben')).toBe(true)
      expect(await store.useOnce('jti', 'ana', end)).toBe(true)
      expect(await store.useOnce('jti', 'ana', end)).toBe(true)
      expect(await store.useOnce('jti', 'ben', end)).toBe(false)
      await store.sweep()
      expect(await store.useOnce('jti', 'ben', end)).toBe(false)
      expect([await store.mayUse('jti', 'ana'), await store.mayUse('jti', 'ben')]).toEqual([true, false])
    })
  })
}
