import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { StartError } from '../../server/lib/StartError.ts'
import { SqliteRoomStore } from '../../server/store/SqliteRoomStore.ts'
import { ana, ban, describeRoomStore, ROOM, truth } from '../support/roomStoreContract.ts'

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

describeRoomStore('the embedded store of rooms', async () => {
  const { store, clock } = openStore()
  return {
    store,
    now: () => clock.now,
    passTo: async (time) => {
      clock.now = time
    },
  }
})

describe('the embedded store of rooms, as a file', () => {
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
