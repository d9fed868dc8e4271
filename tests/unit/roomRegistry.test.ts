import { setImmediate as turn } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { LocalCluster } from '../../server/cluster/LocalCluster.ts'
import { newTruth } from '../../server/rooms/RoomMemory.ts'
import { RoomRegistry } from '../../server/rooms/RoomRegistry.ts'
import { SqliteRoomStore } from '../../server/store/SqliteRoomStore.ts'
import type { RoomId } from '../../shared/ids.ts'
import { FakeMedia } from '../support/FakeMedia.ts'

it('forgets a locked room when its time is over, whoever was refused at its door', async () => {
  let time = 0
  const now = () => time
  const store = SqliteRoomStore.open({ file: ':memory:', now, graceMs: 1000 })
  onTestFinished(() => store.close())
  const registry = new RoomRegistry({
    media: new FakeMedia(),
    cluster: new LocalCluster(),
    store,
    visitorsOpenRooms: true,
    roomGraceMs: 1000,
    membership: { duplicateIdentity: 'replace', hostGraceMs: undefined, resumeMaxMs: 0 },
    settings: {
      voiceLimits: { allUpTo: 10, forwarded: 5 },
      videoCodec: 'vp8',
      screenShares: 'many',
      videoLastN: undefined,
    },
    log: pino({ level: 'silent' }),
    now,
  })
  const id = 'locked' as RoomId
  await store.create(id, newTruth({ ownerless: false }), 1000)
  await registry.entrance(id)
  registry.handleRefused(id)
  await turn()
  expect(await registry.find(id)).toBeDefined()
  time = 2000
  expect(await registry.find(id)).toBeUndefined()
})
