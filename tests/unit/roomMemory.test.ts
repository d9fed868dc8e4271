import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { newTruth, RoomMemory } from '../../server/rooms/RoomMemory.ts'
import type { RoomStore } from '../../server/store/RoomStore.ts'
import { SqliteRoomStore } from '../../server/store/SqliteRoomStore.ts'
import { SfuError } from '../../shared/errors.ts'
import { ana, ban, message, ROOM } from '../support/roomStoreContract.ts'
import { until } from '../support/until.ts'

/** A room as two nodes remember it, and a store that can be away. */
async function openTwo() {
  const store = SqliteRoomStore.open({ file: ':memory:', now: Date.now, graceMs: 1000 })
  onTestFinished(() => store.close())
  await store.create(ROOM, newTruth({ ownerless: false }), Date.now() + 60_000)
  await store.addMessage(ROOM, message('kept'))
  await store.addMessage(ROOM, message('deleted'))
  const away = { isAway: false }
  const shaky = new Proxy<RoomStore>(store, {
    get: (target, name: keyof RoomStore) => (away.isAway ? refuse : target[name].bind(target)),
  })
  const remember = async (events: unknown[] = []) => {
    const stored = await store.load(ROOM)
    if (!stored) throw new Error('there is no room')
    const link = { sendEvent: (...event: unknown[]) => void events.push(event) }
    return new RoomMemory({ id: ROOM, stored, store: shaky, link, log: pino({ level: 'silent' }) })
  }
  return { store, away, remember }
}

const refuse = () => Promise.reject(new SfuError('notReady'))

it('takes nothing back that others have changed while a node was cut off', async () => {
  const { store, away, remember } = await openTwo()
  const [stale, other] = [await remember(), await remember()]
  other.setRules({ locked: true })
  other.setPasswordHash('hash')
  other.patchMember(ana, { admitted: false })
  other.removeMessage(message('deleted').id)
  away.isAway = true
  stale.setRules({ chat: 'off' })
  stale.patchMember(ana, { ban })
  stale.addMessage(message('new'))
  stale.removeMessage(message('kept').id)
  await until(() => Promise.resolve().then(() => true))
  away.isAway = false
  stale.restore()
  await until(async () => (await store.load(ROOM))?.chat.map(({ id }) => id).join() === 'new', { what: 'the store' })
  const stored = await store.load(ROOM)
  expect(stored?.truth).toMatchObject({ passwordHash: 'hash', rules: { locked: true, chat: 'off', lobby: false } })
  expect(stored?.members.get(ana)).toEqual({ admitted: false, ban })
})

it('puts its rules and bans over a room that was made while the store had forgotten it', async () => {
  const { store, remember } = await openTwo()
  const events: unknown[][] = []
  const memory = await remember(events)
  memory.setRules({ locked: true })
  memory.patchMember(ana, { ban })
  await store.keepUntil(ROOM, 1)
  await store.create(ROOM, newTruth({ ownerless: true }), Date.now() + 60_000)
  events.length = 0
  memory.restore()
  await until(() => events.length === 2, { what: 'the others to be told' })
  expect(events).toMatchObject([
    ['member', { identity: ana, patch: { ban } }],
    ['truth', { patch: { ownerless: false, rules: { locked: true } } }],
  ])
  const stored = await store.load(ROOM)
  expect(stored?.truth).toMatchObject({ ownerless: false, rules: { locked: true } })
  expect(stored?.members.get(ana)).toEqual({ ban })
})
