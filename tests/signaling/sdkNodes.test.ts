/** The SDK and several nodes, on fake media: nodes die, stop, and ask people to move. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConferenceClient } from '../../client/sdk/ConferenceClient.ts'
import { SqliteRoomStore } from '../../server/store/SqliteRoomStore.ts'
import { FakeBus } from '../support/FakeBus.ts'
import { FakeCluster } from '../support/FakeCluster.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { FrontDoor } from '../support/FrontDoor.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { fakeTrack, handlerFactory, seen, theRoom, untilSeen } from '../support/sdkCalls.ts'
import { startNode } from '../support/startNode.ts'
import { TcpProxy } from '../support/TcpProxy.ts'
import { until } from '../support/until.ts'

/** Two nodes with one store. They know nothing of each other's rooms. */
async function startPair(settings: Record<string, string> = {}) {
  const dir = await mkdtemp(joinPath(tmpdir(), 'tertulia-pair-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const cluster = new FakeCluster()
  const start = async (id: string) => {
    const media = new FakeMedia()
    cluster.add(id, { url: `/n/${id}` })
    const node = await startNode({ media, cluster: cluster.seenBy(id), settings: { DATA_DIR: dir, ...settings } })
    return { ...node, media }
  }
  return { cluster, a: await start('a'), b: await start('b') }
}

function openClient(url: string): ConferenceClient {
  const client = new ConferenceClient({ url, handlerFactory })
  onTestFinished(() => client.leave())
  return client
}

/** Everything that a person would notice of the connection, in its order. */
function follow(client: ConferenceClient): string[] {
  const seen: string[] = []
  client.subscribe(({ connection, awaySince }) => {
    const now = awaySince === undefined ? connection : 'resuming'
    if (now !== seen.at(-1)) seen.push(now)
  })
  return seen
}

/** Ben is in a room of node `a`, behind a front door to both. */
async function startCall(settings: Record<string, string> = {}) {
  const pair = await startPair(settings)
  const { cluster, a, b } = pair
  const door = await FrontDoor.open({ a: a.url, b: b.url })
  cluster.carrying = ['a']
  const ben = openClient(door.url)
  const mic = fakeTrack('audio')
  await ben.publish('mic', mic, { paused: true })
  await ben.publish('cam', fakeTrack('video'))
  await ben.join({ roomId: 'room', name: 'Ben' })
  cluster.carrying = ['b']
  const connections = follow(ben)
  let heard = false
  const watching = setInterval(() => {
    heard ||= mic.enabled
  }, 5)
  onTestFinished(() => clearInterval(watching))
  const untilAt = (media: FakeMedia, deadlineMs = 10_000) =>
    until(() => ben.state.connection === 'connected' && peersAt(media) === 1 && producersAt(media).length === 2, {
      deadlineMs,
      what: () => `Ben to be there, not ${connections}`,
    })
  return { ...pair, door, ben, mic, connections, untilAt, wasHeard: () => heard }
}

const peersAt = (media: FakeMedia) => [...media.rooms].reduce((sum, room) => sum + room.peers.size, 0)
const producersAt = (media: FakeMedia) => [...media.rooms].flatMap((room) => [...room.producers.keys()])
const ownIds = (client: ConferenceClient) =>
  Object.values(client.state.self?.published ?? {}).map(({ producerId }) => producerId)

describe('a node behind a path', () => {
  it('is connected to by its path', async () => {
    const { cluster, a, b } = await startPair()
    const door = await FrontDoor.open({ a: a.url, b: b.url })
    cluster.carrying = ['b']
    const [ana, ben] = [openClient(door.url), openClient(door.url)]
    await ana.join({ roomId: 'room', name: 'Ana' })
    cluster.add('b', { url: `${door.url}/n/b` })
    await ben.join({ roomId: 'room', name: 'Ben', region: 'eu' })
    expect([peersAt(a.media), peersAt(b.media)]).toEqual([0, 2])
    expect(ben.peers.map(({ name }) => name)).toEqual(['Ana'])
    expect(door.placements.map(({ body }) => body.region)).toEqual([undefined, 'eu'])
  })

  it('is resumed on without asking anyone where it is', async () => {
    const { a, door, ben, connections, untilAt } = await startCall()
    const asked = door.placements.length
    door.kill('a')
    door.restore('a')
    await until(() => connections.includes('resuming'))
    await untilAt(a.media)
    expect(connections).toEqual(['resuming', 'connected'])
    expect(door.placements.length).toBe(asked)
    expect(ben.peers).toEqual([])
  })
})

describe('a node that is killed', () => {
  it('is left within seconds for another, as the same peer, muted as before', { timeout: 30_000 }, async () => {
    const { cluster, a, b, door, ben, connections, untilAt, wasHeard } = await startCall()
    const { id } = ben.state.self ?? {}
    const began = performance.now()
    door.kill('a')
    // The others find out somewhat later.
    setTimeout(() => cluster.infos.delete('a'), 3000)
    await until(() => peersAt(b.media) === 1)
    await untilAt(b.media)
    const tookMs = performance.now() - began
    console.log(`back on another node after ${Math.round(tookMs)} ms, of which 3000 until it was known`)
    expect(tookMs).toBeLessThan(10_000)
    expect(connections).toEqual(['resuming', 'reconnecting', 'connected'])
    expect(ben.state.self?.id).toBe(id)
    expect(ben.state.self?.published.mic?.paused).toBe(true)
    expect(wasHeard()).toBe(false)
    expect(peersAt(a.media)).toBe(1)
  })

  it('is left as soon where its whole machine is gone, and nothing refuses', { timeout: 30_000 }, async () => {
    const { cluster, b, door, connections, untilAt } = await startCall()
    const began = performance.now()
    door.silence('a')
    setTimeout(() => cluster.infos.delete('a'), 3000)
    await until(() => peersAt(b.media) === 1)
    await untilAt(b.media)
    const tookMs = performance.now() - began
    console.log(`back on another node after ${Math.round(tookMs)} ms of silence`)
    expect(tookMs).toBeLessThan(10_000)
    expect(connections).toEqual(['resuming', 'reconnecting', 'connected'])
  })

  it('is waited for while nobody says that it is gone', async () => {
    const { a, b, door, connections, untilAt } = await startCall()
    door.kill('a')
    await until(() => door.placements.length >= 3, { what: 'Ben to have asked' })
    door.restore('a')
    await untilAt(a.media)
    expect(connections).toEqual(['resuming', 'connected'])
    expect(peersAt(b.media)).toBe(0)
  })

  it('is left also by those who had their page from it', { timeout: 30_000 }, async () => {
    const { cluster, a, b } = await startPair()
    const [toA, toB] = [await TcpProxy.start(a.url), await TcpProxy.start(b.url)]
    cluster.add('a', { url: toA.url })
    cluster.add('b', { url: toB.url })
    cluster.carrying = ['a']
    const ben = openClient(toA.url)
    await ben.join({ roomId: 'room', name: 'Ben' })
    const connections = follow(ben)
    const { id } = ben.state.self ?? {}
    toA.cut()
    cluster.infos.delete('a')
    await until(() => connections.includes('reconnecting') && ben.state.connection === 'connected')
    expect(peersAt(b.media)).toBe(1)
    expect(ben.state.self?.id).toBe(id)
    // What it has heard of there, it asks there as well when it has to come in anew.
    theRoom(b.media).close()
    await until(() => connections.filter((each) => each === 'connected').length === 2)
    expect(peersAt(b.media)).toBe(1)
  })
})

describe('a node that asks people to move', () => {
  it('is left without a break: same peer, same mute, same conversation, no word of it', async () => {
    const { a, b, ben, connections, untilAt, wasHeard } = await startCall({ STOP_GRACE: '12' })
    await ben.sendChat('before')
    const { id } = ben.state.self ?? {}
    const began = performance.now()
    const drained = a.drain()
    await until(() => peersAt(b.media) === 1, { deadlineMs: 15_000 })
    await untilAt(b.media)
    await drained
    expect(performance.now() - began).toBeLessThan(11_000)
    expect(peersAt(a.media)).toBe(0)
    expect(connections.filter((each) => each !== 'connected')).toEqual([])
    expect(ben.state.serverStopsAt).toBeUndefined()
    expect(ben.state.self?.id).toBe(id)
    expect(ben.state.access.role).toBe('host')
    expect(ben.state.chat.map(({ text }) => text)).toEqual(['before'])
    expect(ben.state.self?.published.mic?.paused).toBe(true)
    expect(wasHeard()).toBe(false)
    await until(() => ownIds(ben).sort().join() === producersAt(b.media).sort().join())
    // From now on all goes there.
    await ben.setPaused('mic', false)
    await ben.unpublish('cam')
    await until(() => producersAt(b.media).length === 1)
    await ben.sendChat('after')
    await until(() => ben.state.chat.length === 2)
  })

  it('leads to one that is told what was muted, shared and raised on the way', async () => {
    const { a, b, ben } = await startCall({ STOP_GRACE: '4' })
    await ben.setPaused('mic', false)
    const hold = Promise.withResolvers<void>()
    b.media.delay = hold.promise
    const drained = a.drain()
    await until(() => b.media.asked === 1)
    await ben.setPaused('mic', true)
    await ben.publish('screen', fakeTrack('video'))
    await ben.setHand(true)
    hold.resolve()
    await until(() => peersAt(a.media) === 0)
    await drained
    await until(() => producersAt(b.media).length === 3)
    await until(() => ben.state.self?.handRaisedAt !== undefined)
    const [peer] = [...theRoom(b.media).peers]
    await until(() => peer?.pausedProducers.size === 1)
    expect(ownIds(ben).sort()).toEqual(producersAt(b.media).sort())
    expect(ben.state.self?.published.mic?.paused).toBe(true)
  })

  it('is asked again where the way led nowhere, and not left before', { timeout: 30_000 }, async () => {
    const { cluster, a, b, door, ben, connections, untilAt } = await startCall({ STOP_GRACE: '12' })
    const { ready } = b.media
    b.media.ready = false
    const asked = door.placements.length
    const drained = a.drain()
    await until(() => b.media.asked === 1)
    // Then nobody can tell where the room is.
    cluster.carrying = undefined
    await until(() => door.placements.length >= asked + 2)
    await ben.sendChat('still here')
    expect([peersAt(a.media), peersAt(b.media)]).toEqual([1, 0])
    b.media.ready = ready
    cluster.carrying = []
    await until(() => peersAt(b.media) === 1, { deadlineMs: 15_000 })
    await untilAt(b.media)
    await drained
    expect(connections.filter((each) => each !== 'connected')).toEqual([])
  })

  it('is left in the ordinary way where it stops before that', { timeout: 30_000 }, async () => {
    const { a, b, door, ben, connections, untilAt } = await startCall({ STOP_GRACE: '1' })
    const { id } = ben.state.self ?? {}
    door.kill('b')
    await a.drain()
    await a.close()
    door.kill('a')
    door.restore('b')
    await until(() => peersAt(b.media) === 1)
    await untilAt(b.media)
    expect(connections).toEqual(['reconnecting', 'connected'])
    expect(ben.state.self?.id).toBe(id)
  })

  it('may end the visit as soon as it hears of the other', async () => {
    const { a, b, door, ben, connections, untilAt } = await startCall({ STOP_GRACE: '12' })
    const hold = Promise.withResolvers<void>()
    b.media.delay = hold.promise
    const drained = a.drain()
    await until(() => b.media.asked === 1, { deadlineMs: 15_000 })
    await replace(a.url, door)
    await until(() => ben.state.peers.length === 0)
    hold.resolve()
    await until(() => peersAt(b.media) === 1)
    await untilAt(b.media)
    expect(connections.filter((each) => each !== 'connected')).toEqual([])
    await drained
  })

  it('may have ended it although the other did not take it: then it is begun anew', { timeout: 30_000 }, async () => {
    const { a, b, door, ben, connections, untilAt } = await startCall({ STOP_GRACE: '12' })
    const hold = Promise.withResolvers<void>()
    b.media.delay = hold.promise
    const drained = a.drain()
    await until(() => b.media.asked === 1, { deadlineMs: 15_000 })
    await replace(a.url, door)
    b.media.ready = false
    hold.resolve()
    await until(() => connections.includes('reconnecting'))
    b.media.ready = true
    await untilAt(b.media)
    expect(ben.state.connection).toBe('connected')
    await drained
  })

  it('is not moved away from by who leaves meanwhile', async () => {
    const { a, b, ben } = await startCall({ STOP_GRACE: '12' })
    const hold = Promise.withResolvers<void>()
    b.media.delay = hold.promise
    const drained = a.drain()
    await until(() => b.media.asked === 1, { deadlineMs: 15_000 })
    await ben.leave()
    hold.resolve()
    await drained
    await until(() => peersAt(b.media) === 0)
    expect(ben.state.endReason).toBe('left')
  })
})

describe('a room over two nodes', () => {
  /** Ana is on `b`, Ben on `a`; both see and hear each other. */
  async function startRoom(settings: Record<string, string> = {}) {
    const bus = new FakeBus()
    const store = SqliteRoomStore.open({ file: ':memory:', now: Date.now, graceMs: 1000 })
    const start = async (name: string) => {
      const [media, cluster] = [new FakeMedia(), bus.node(name)]
      cluster.url = `/n/${name}`
      const secret = { TOKEN_SECRETS: 'f3b1c9d27a6e4805b2d8e6f1a7c3905e' }
      const node = await startNode({ media, cluster, store, settings: { ...secret, ...settings } })
      return { ...node, media, cluster }
    }
    const [a, b] = [await start('a'), await start('b')]
    const door = await FrontDoor.open({ a: a.url, b: b.url })
    const enter = async (name: string, at: typeof a, other: typeof a) => {
      const client = openClient(door.url)
      await client.publish('mic', fakeTrack('audio'))
      await client.publish('cam', fakeTrack('video'))
      other.cluster.state = 'notReady'
      await client.join({ roomId: 'room', name })
      other.cluster.state = 'ready'
      expect(at.media.rooms.size).toBe(1)
      return client
    }
    const ana = await enter('Ana', b, a)
    const ben = await enter('Ben', a, b)
    await untilSeen(ana, 'Ben', 'cam mic')
    await untilSeen(ben, 'Ana', 'cam mic')
    return { bus, door, a, b, ana, ben, connections: follow(ben) }
  }

  /** All that one ever sees of another. */
  const views = (client: ConferenceClient, name: string) => {
    const all = new Set<string>([seen(client, name)])
    client.subscribe(() => all.add(client.peers.some((peer) => peer.name === name) ? seen(client, name) : 'nobody'))
    return all
  }

  it('notices nothing of it when somebody moves', async () => {
    const { a, ana, ben, connections } = await startRoom({ STOP_GRACE: '12' })
    const { id } = ben.state.self ?? {}
    const [benByAna, anaByBen] = [views(ana, 'Ben'), views(ben, 'Ana')]
    const ids = () => Object.values(ana.peers[0]?.published ?? {}).map(({ producerId }) => producerId)
    const before = ids()
    await a.drain()
    expect(ben.state.self?.id).toBe(id)
    await until(() => ids().every((each) => !before.includes(each)))
    await untilSeen(ana, 'Ben', 'cam mic')
    await untilSeen(ben, 'Ana', 'cam mic')
    await ben.sendChat('here')
    await until(() => ana.state.chat.length === 1)
    expect([...anaByBen]).toEqual(['cam mic'])
    expect(benByAna).not.toContain('nobody')
    expect(connections.filter((each) => each !== 'connected')).toEqual([])
  })

  it('has somebody back whose node was killed', { timeout: 30_000 }, async () => {
    const { bus, door, a, ana, ben, connections } = await startRoom()
    const { id } = ben.state.self ?? {}
    const began = performance.now()
    door.kill('a')
    bus.kill(a.cluster)
    await until(() => connections.at(-1) === 'connected' && connections.length > 1)
    await untilSeen(ana, 'Ben', 'cam mic')
    await untilSeen(ben, 'Ana', 'cam mic')
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(ben.state.self?.id).toBe(id)
  })
})

/** Comes in as the same peer by the node that is to stop, and goes: the visit of before had to make room. */
async function replace(url: string, door: FrontDoor): Promise<void> {
  const ticket = door.placements.findLast(({ body }) => body.ticket)?.body.ticket
  const other = await SignalingPeer.join(url, { room: 'room', token: String(ticket) })
  await other.request('leave', {})
}
