import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { PeerId, RoomId } from '../../shared/ids.ts'
import { createPool } from '../support/createPool.ts'
import { HeadlessPeer } from '../support/headless/index.ts'
import { NO_NODES } from '../support/mediaPortContract.ts'
import { fullCapabilities, vp8Parameters } from '../support/rtp.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

/** Two people in a room of their own, who hear each other. */
async function conversation(url: string) {
  const roomId = randomUUID()
  const join = async (name: string) => {
    const peer = await HeadlessPeer.join({ url, roomId, name, mic: 'talking' })
    onTestFinished(() => peer.leave())
    return peer
  }
  const [anna, ben] = [await join('Anna'), await join('Ben')]
  await Promise.all([anna.hear('Ben', 'mic'), ben.hear('Anna', 'mic')])
  const [first, second] = [anna.track('Ben', 'mic'), ben.track('Anna', 'mic')]
  return {
    anna,
    ben,
    isUntouched: () => anna.track('Ben', 'mic') === first && ben.track('Anna', 'mic') === second,
    heard: () => Promise.all([anna.hear('Ben', 'mic'), ben.hear('Anna', 'mic')]),
    received: () => [first?.receivedFraction, second?.receivedFraction],
  }
}

describe('the watchdog', () => {
  it('replaces a worker that hangs; its room comes back, the other loses no packet', async () => {
    const pool = await createPool(2)
    const { url } = await startNode({ media: pool })
    const rooms = [await conversation(url), await conversation(url)]
    expect(pool.workers.map(({ rooms }) => rooms)).toEqual([1, 1])
    const [victim] = pool.workers
    const start = performance.now()
    process.kill(victim?.pid as number, 'SIGSTOP')
    await until(() => pool.workers.length === 2 && pool.workers.every(({ pid }) => pid !== victim?.pid), {
      what: 'a new worker',
      deadlineMs: 5000,
    })
    const replacedAfter = performance.now() - start
    const [touched] = await until(
      () => {
        const hit = rooms.filter(({ isUntouched }) => !isUntouched())
        return hit.length === 1 && hit
      },
      { what: 'one room to be hit' },
    )
    await touched?.heard()
    console.log(
      `replaced after ${Math.round(replacedAfter)} ms, heard again after ${Math.round(performance.now() - start)} ms`,
    )
    const [other] = rooms.filter((room) => room !== touched)
    await other?.heard()
    expect(other?.isUntouched()).toBe(true)
    expect(other?.received()).toEqual([1, 1])
  })

  it.each([1.5, 'a', null, {}])(
    'replaces a worker whose channel no longer works, after a bitrate of %j came past all checks',
    async (maxBitrate) => {
      const pool = await createPool(2)
      const newRoom = () => pool.openRoom(randomUUID() as unknown as RoomId, NO_NODES)
      const rooms = [await newRoom(), await newRoom()]
      const ended: number[] = []
      rooms.forEach((room, at) => {
        room.on('closed', () => ended.push(at))
      })
      const [victim, other] = pool.workers
      const peer = await rooms[0]?.openPeer({ peerId: randomUUID() as PeerId, rtpCapabilities: fullCapabilities() })
      const rtpParameters = { ...vp8Parameters(), encodings: [{ rid: 'r0', maxBitrate: maxBitrate as number }] }
      await expect(
        peer?.produce({ transportId: peer.sendTransport.id, source: 'cam', rtpParameters, paused: false }),
      ).rejects.toThrow()
      // Those who leave now do not take the process along.
      peer?.close()
      await until(() => pool.workers.length === 2 && pool.workers.every(({ pid }) => pid !== victim?.pid), {
        what: 'a new worker',
        deadlineMs: 5000,
      })
      expect(ended).toEqual([0])
      expect(pool.workers.map(({ pid }) => pid)).toContain(other?.pid)
      await expect(Promise.all([newRoom(), newRoom()])).resolves.toHaveLength(2)
    },
  )

  it('leaves a worker alone while this process itself is held up', async () => {
    const pool = await createPool(1)
    const [{ pid } = { pid: 0 }] = pool.workers
    const room = await pool.openRoom(randomUUID() as unknown as RoomId, NO_NODES)
    const end = performance.now() + 4000
    while (performance.now() < end);
    await room.openPeer({ peerId: randomUUID() as PeerId, rtpCapabilities: fullCapabilities() })
    expect(pool.workers.map((worker) => worker.pid)).toEqual([pid])
  })
})
