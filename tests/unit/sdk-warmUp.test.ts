/** Joining ahead of the click, against the real signalling on fake media. */
import { createServer, connect as openTcp, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConferenceClient } from '../../client/sdk/ConferenceClient.ts'
import { SignalingClient } from '../../client/sdk/SignalingClient.ts'
import type { FakeMedia } from '../support/FakeMedia.ts'
import {
  fakeTrack,
  handlerFactory,
  loseRoom,
  seen,
  startCalls,
  stubCertificates,
  theRoom,
  untilSeen,
} from '../support/sdkCalls.ts'
import { until } from '../support/until.ts'

const options = { roomId: 'room', name: 'Bo' }

/** What is asked of the server from now on. */
function watchRequests(): string[] {
  const requests: string[] = []
  const { request } = SignalingClient.prototype
  const spy = vi.spyOn(SignalingClient.prototype, 'request').mockImplementation(function (
    this: SignalingClient,
    ...args
  ) {
    requests.push(args[0])
    return request.apply(this, args)
  })
  onTestFinished(() => spy.mockRestore())
  return requests
}

const resumed = (media: FakeMedia) => [...theRoom(media).peers].flatMap((peer) => [...peer.resumed])
const consumed = (media: FakeMedia) => [...theRoom(media).peers].flatMap((peer) => [...peer.consumed])

async function start() {
  stubCertificates()
  const calls = await startCalls()
  const ana = await calls.join('Ana', ['mic', fakeTrack('audio')], ['cam', fakeTrack('video')])
  const requests = watchRequests()
  return { ...calls, ana, requests }
}

describe('a warm join', () => {
  it('asks once, has the tracks at once, and sends its own afterwards', async () => {
    const { ana, open, media, requests } = await start()
    const bo = open()
    await bo.publish('mic', fakeTrack('audio'))
    await bo.prepare(options)
    expect(requests).toEqual(['warmUp'])
    expect(consumed(media)).toHaveLength(2)
    expect(resumed(media)).toEqual([])
    expect(ana.peers).toEqual([])
    expect(bo.state).toMatchObject({ connection: 'idle', self: undefined, peers: [] })
    const joining = bo.join(options)
    await until(() => bo.state.connection === 'connected')
    expect(seen(bo, 'Ana')).toBe('cam mic')
    expect(requests.slice(0, 2)).toEqual(['warmUp', 'join'])
    await joining
    await until(() => resumed(media).length === 3)
    expect(requests.filter((name) => name !== 'resumeConsumers')).toEqual(['warmUp', 'join', 'produce'])
    await untilSeen(ana, 'Bo', 'mic')
  })

  it('has what came and not what went while it was warm', async () => {
    const { ana, open, media, requests } = await start()
    const bo = open()
    await bo.prepare(options)
    await ana.publish('screen', fakeTrack('video'))
    await ana.unpublish('cam')
    await until(() => consumed(media).length === 2 && theRoom(media).producers.size === 2)
    // The notification is under way; whatever is applied late is resumed late.
    await bo.join(options)
    await untilSeen(bo, 'Ana', 'mic screen')
    await until(() => resumed(media).length === 2)
    expect(requests.filter((name) => name === 'warmUp' || name === 'join')).toEqual(['warmUp', 'join'])
  })

  it('hears of everything afterwards as any other', async () => {
    const { ana, open, media } = await start()
    const bo = open()
    await bo.prepare(options)
    await bo.join(options)
    await ana.publish('screen', fakeTrack('video'))
    await untilSeen(bo, 'Ana', 'cam mic screen')
    await until(() => resumed(media).length === 3)
    await ana.setPaused('mic', true)
    await ana.unpublish('screen')
    await untilSeen(bo, 'Ana', 'cam mic(paused)')
    await loseRoom(media, [ana, bo])
    await untilSeen(bo, 'Ana', 'cam mic(paused)')
  })

  it('waits for a warm-up that is on its way, and skips one that has not begun', async () => {
    const { ana, open } = await start()
    for (let delayMs = 0; delayMs < 30; delayMs += 3) {
      const bo = open()
      const preparing = bo.prepare(options)
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      await bo.join(options)
      await preparing
      expect(seen(bo, 'Ana')).toBe('cam mic')
      await until(() => ana.peers.length === 1)
      await bo.leave()
      await until(() => ana.peers.length === 0)
    }
  })
})

describe('a warm-up', () => {
  it('leaves nothing behind when one does not join, or goes elsewhere', async () => {
    const { ana, open, media } = await start()
    const bo = open()
    for (let round = 0; round < 5; round++) await bo.prepare(options)
    expect(theRoom(media).peers.size).toBe(2)
    await bo.prepare({ ...options, name: 'Bobby' })
    await until(() => theRoom(media).peers.size === 2)
    await bo.prepare({ ...options, roomId: 'other' })
    await until(() => theRoom(media).peers.size === 1)
    const people = () => [...media.rooms].reduce((sum, room) => sum + room.peers.size, 0)
    expect(people()).toBe(2)
    await bo.leave()
    await until(() => people() === 1)
    expect(ana.peers).toEqual([])
  })

  it('is given up at every moment without a trace', async () => {
    const { open, media } = await start()
    for (let delayMs = 0; delayMs < 40; delayMs += 4) {
      const bo = open()
      const preparing = bo.prepare(options)
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      await bo.leave()
      await preparing
    }
    await until(() => theRoom(media).peers.size === 1)
  })

  it('that the server refuses is silent, and the join cold, on the same socket', async () => {
    const { open, media, requests } = await start()
    const elsewhere = { ...options, roomId: 'elsewhere' }
    media.ready = false
    const bo = open()
    await bo.prepare(elsewhere)
    media.ready = true
    await bo.join(elsewhere)
    expect(requests).toEqual(['warmUp', 'join'])
    expect(bo.state.connection).toBe('connected')
  })

  it('that has ended is followed by a cold join', async () => {
    const { open, media, requests, ana } = await start()
    const bo = open()
    await bo.prepare(options)
    await loseRoom(media, [ana])
    await bo.join(options)
    await until(() => ana.peers.length === 1 && bo.state.connection === 'connected')
    expect(requests.filter((name) => name === 'warmUp')).toHaveLength(1)
  })

  it('of another name is of no use', async () => {
    const { open, ana } = await start()
    const bo = open()
    await bo.prepare(options)
    await bo.join({ ...options, name: 'Bobby' })
    await until(() => ana.peers.length === 1)
    expect(ana.peers[0]?.name).toBe('Bobby')
  })

  it('is not made without a certificate: the transports could not be connected by it', async () => {
    const { join, open } = await startCalls()
    await join('Ana')
    const requests = watchRequests()
    const bo = open()
    await bo.prepare(options)
    await bo.join(options)
    expect(requests).toEqual(['join'])
  })
})

describe('a join from cold', () => {
  it('takes four round trips, and one after a preparation', async () => {
    stubCertificates()
    const { url } = await startCalls()
    const proxy = await startCountingProxy(url)
    const ana = new ConferenceClient({ url: proxy.url, handlerFactory })
    onTestFinished(() => ana.leave())
    await ana.join({ roomId: 'room', name: 'Ana' })
    // Placement, websocket, socket.io's greeting, join.
    expect(proxy.roundTrips()).toBe(4)
    for (const certificates of [true, false]) {
      if (!certificates) vi.unstubAllGlobals()
      await ana.leave()
      await ana.prepare({ roomId: 'room', name: 'Ana' })
      const before = proxy.roundTrips()
      await ana.join({ roomId: 'room', name: 'Ana' })
      expect(proxy.roundTrips() - before).toBe(1)
    }
  })
})

/** Counts how often the client has sent something after it had an answer: what waits for an answer is sequential. */
async function startCountingProxy(url: string) {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  let roundTrips = 0
  let answered = true
  const server = createServer((client) => {
    const upstream = openTcp(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (data) => {
      if (answered) roundTrips++
      answered = false
      upstream.write(data)
    })
    upstream.on('data', (data) => {
      answered = true
      client.write(data)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, roundTrips: () => roundTrips }
}
