import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { PeerId, RoomId } from '../../shared/ids.ts'
import { createPool } from '../support/createPool.ts'
import { NO_NODES } from '../support/mediaPortContract.ts'
import { fullCapabilities } from '../support/rtp.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const newRoomId = () => randomUUID() as unknown as RoomId

describe('the workers', () => {
  it('share the rooms, also those opened at once', async () => {
    const pool = await createPool(2)
    await Promise.all(Array.from({ length: 6 }, () => pool.openRoom(newRoomId(), NO_NODES)))
    expect(pool.workers.map(({ rooms }) => rooms)).toEqual([3, 3])
  })

  it('give a closed room back', async () => {
    const pool = await createPool(1)
    const room = await pool.openRoom(newRoomId(), NO_NODES)
    room.close()
    expect(pool.workers.map(({ rooms }) => rooms)).toEqual([0])
  })

  it('announce every address, over UDP and TCP, and never the one they listen on', async () => {
    const pool = await createPool(1, { announcedAddresses: ['192.0.2.7', '127.0.0.1'] })
    const room = await pool.openRoom(newRoomId(), NO_NODES)
    const peer = await room.openPeer({ peerId: randomUUID() as PeerId, rtpCapabilities: fullCapabilities() })
    const shown = peer.sendTransport.iceCandidates.map(({ protocol, address }) => `${protocol} ${address}`)
    expect(shown.sort()).toEqual(['tcp 127.0.0.1', 'tcp 192.0.2.7', 'udp 127.0.0.1', 'udp 192.0.2.7'])
  })

  it('are replaced when they die; only their own rooms end', async () => {
    const pool = await createPool(2)
    const rooms = await Promise.all([pool.openRoom(newRoomId(), NO_NODES), pool.openRoom(newRoomId(), NO_NODES)])
    const ended: number[] = []
    rooms.forEach((room, at) => {
      room.on('closed', () => ended.push(at))
    })
    const [victim] = pool.workers
    process.kill(victim?.pid as number, 'SIGKILL')
    await until(() => ended.length > 0, { what: 'the room to end' })
    await until(() => pool.workers.length === 2, { what: 'a new worker' })
    expect(ended).toHaveLength(1)
    expect(pool.workers.map(({ pid }) => pid)).not.toContain(victim?.pid)
    await expect(pool.openRoom(newRoomId(), NO_NODES)).resolves.toBeDefined()
  })
})

describe('a whole server on real workers', () => {
  it('admits, publishes and ends like the fake one', async () => {
    const { url } = await startNode()
    const ana = await SignalingPeer.join(url, { room: 'r', name: 'Ana' })
    const mic = await ana.publish('mic')
    const ben = await SignalingPeer.join(url, { room: 'r', name: 'Ben' })
    expect(ben.joined?.consumers.map(({ producerId }) => producerId)).toEqual([mic])
    const cam = await ana.publish('cam')
    const { consumers } = await ben.next('consumersAdded')
    expect(consumers.map(({ producerId }) => producerId)).toEqual([cam])
    await ben.request('resumeConsumers', { consumerIds: consumers.map(({ id }) => id) })
    await ana.request('closeProducer', { producerId: cam })
    expect(await ben.next('consumersRemoved')).toEqual({ consumerIds: consumers.map(({ id }) => id) })
    await ana.request('restartIce', { transportId: ana.joined?.recvTransport.id as never })
    await ana.request('leave', {})
    await ben.next('peerLeft')
  })
})
