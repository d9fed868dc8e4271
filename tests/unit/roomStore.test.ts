import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { StartError } from '../../server/lib/StartError.ts'
import type { RoomTruth } from '../../server/store/RoomStore.ts'
import { SqliteRoomStore } from '../../server/store/SqliteRoomStore.ts'
import type { Ban } from '../../shared/access.ts'
import { CHAT_HISTORY, type ChatMessage } from '../../shared/chat.ts'
import type { Identity, RoomId } from '../../shared/ids.ts'

const ROOM = 'r' as RoomId
const ana = 'ana' as Identity
const rules = { locked: true, lobby: false, muteOnEntry: false, chat: 'everyone', maxPeers: 1000 } as const
const truth: RoomTruth = { epoch: 'e', rules, passwordHash: 'hash', ownerless: false, hosted: true }
const ban = { peerId: 'p', name: 'Ana', role: 'speaker', since: 1 } as unknown as Ban
const message = (id: string, text = id) => ({ id, from: 'p', name: 'Ana', text, sentAt: 1 }) as unknown as ChatMessage

const folder = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tertulia-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** A store whose clock the test moves. */
const openStore = (file = ':memory:', clock = { now: 1000 }) => {
  const store = SqliteRoomStore.open({ file, now: () => clock.now, graceMs: 100 })
  onTestFinished(() => store.close())
  return { store, clock }
}

describe('the store of rooms', () => {
  it('gives back what it was given', async () => {
    const { store } = openStore()
    expect(await store.load(ROOM)).toBeUndefined()
    expect(await store.create(ROOM, { ...truth, ownerless: true }, 2000)).toBe(true)
    expect(await store.create(ROOM, truth, 2000)).toBe(false)
    await store.patchTruth(ROOM, { ownerless: truth.ownerless })
    await store.patchMember(ROOM, ana, { role: 'speaker' })
    await store.patchMember(ROOM, ana, { role: 'host', forcedMute: ['mic'] })
    for (const id of ['a', 'b', 'c']) await store.addMessage(ROOM, message(id))
    await store.removeMessage(ROOM, message('b').id)
    expect(await store.load(ROOM)).toEqual({
      truth,
      members: new Map([[ana, { role: 'host', forcedMute: ['mic'] }]]),
      chat: [message('a'), message('c')],
    })
    expect(await store.load('other' as RoomId)).toBeUndefined()
  })

  it('keeps the last messages of each room', async () => {
    const { store } = openStore()
    for (const id of ['r', 's'] as RoomId[]) await store.create(id, truth, 2000)
    await store.addMessage('s' as RoomId, message('of s'))
    for (let at = 0; at < CHAT_HISTORY + 3; at++) await store.addMessage(ROOM, message(String(at)))
    const texts = (await store.load(ROOM))?.chat.map(({ text }) => text)
    expect(texts).toEqual(Array.from({ length: CHAT_HISTORY }, (_, at) => String(at + 3)))
    expect((await store.load('s' as RoomId))?.chat).toHaveLength(1)
  })

  it('forgets a room in time, with all that was in it, unless somebody is there', async () => {
    const { store, clock } = openStore()
    await store.create(ROOM, truth, 2000)
    await store.patchMember(ROOM, ana, { ban })
    await store.addMessage(ROOM, message('a'))
    await store.keepUntil(ROOM, undefined)
    clock.now = 5000
    await store.sweep()
    expect(await store.load(ROOM)).toBeDefined()
    await store.keepUntil(ROOM, 6000)
    clock.now = 6000
    expect(await store.load(ROOM)).toBeUndefined()
    expect(await store.create(ROOM, { ...truth, epoch: 'f' }, 9000)).toBe(true)
    expect(await store.load(ROOM)).toEqual({ truth: { ...truth, epoch: 'f' }, members: new Map(), chat: [] })
  })

  it('lets a token be used by one', async () => {
    const { store, clock } = openStore()
    expect(await store.useOnce('jti', 'ana', 2000)).toBe(true)
    expect(await store.useOnce('jti', 'ana', 2000)).toBe(true)
    expect(await store.useOnce('jti', 'ben', 2000)).toBe(false)
    clock.now = 1999
    await store.sweep()
    expect(await store.useOnce('jti', 'ben', 2000)).toBe(false)
  })

  it('survives a process that is killed in the middle of it', async () => {
    const file = join(await folder(), 'rooms.sqlite')
    const script = `
      const { SqliteRoomStore } = await import(${JSON.stringify(join(import.meta.dirname, '../../server/store/SqliteRoomStore.ts'))})
      const store = SqliteRoomStore.open({ file: ${JSON.stringify(file)}, now: () => 1000, graceMs: 100 })
      await store.create('r', ${JSON.stringify(truth)}, 2000)
      await store.patchMember('r', 'ana', ${JSON.stringify({ ban })})
      await store.keepUntil('r', undefined)
      await store.useOnce('jti', 'ana', 9000)
      console.log('written')
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const { store, clock } = openStore(file, { now: 50_000 })
    expect(await store.load(ROOM)).toMatchObject({ truth, members: new Map([[ana, { ban }]]) })
    expect(await store.useOnce('jti', 'ben', 9000)).toBe(false)
    clock.now = 50_100
    expect(await store.load(ROOM)).toBeUndefined()
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('refuses a file that is none, in words', async () => {
    const dir = await folder()
    expect(() => openStore(dir)).toThrow(StartError)
  })
})
