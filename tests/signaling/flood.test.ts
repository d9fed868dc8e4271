import { describe, expect, it } from 'vitest'
import { PROTOCOL_VERSION } from '../../shared/protocol.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { dtlsParameters, fullCapabilities, opusParameters } from '../support/rtp.ts'
import { connect, place, SignalingPeer } from '../support/SignalingPeer.ts'
import { openNode, startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const startFakeNode = (settings: Record<string, string> = {}, media = new FakeMedia()) => startNode({ media, settings })
const gone = (peer: SignalingPeer) => until(() => peer.socket.disconnected, { what: 'the socket to close' })

/** What the server answers to a handshake that it refuses. */
async function refusal(url: string, options: { room: string; headers?: Record<string, string> }) {
  const { token } = await place(url, options.room, 'Someone')
  const socket = connect(url, { token, protocol: PROTOCOL_VERSION }, options.headers)
  return await new Promise<unknown>((resolve) => {
    socket.once('connect', () => resolve('let in'))
    socket.once('connect_error', (error) => resolve((error as Error & { data?: { code?: string } }).data?.code))
  })
}

describe('a flood of messages', () => {
  it('of one kind is refused, the rest goes on', async () => {
    const { url } = await startFakeNode()
    const [ana, ben] = [await SignalingPeer.join(url, { room: 'r' }), await SignalingPeer.join(url, { room: 'r' })]
    const answers = await Promise.all(Array.from({ length: 40 }, () => ana.send('sendChat', { text: 'x' })))
    const accepted = answers.filter(({ ok }) => ok).length
    expect(accepted).toBeGreaterThanOrEqual(20)
    expect(accepted).toBeLessThan(40)
    expect(answers.at(-1)).toMatchObject({ ok: false, error: { code: 'tooMany', retryable: true } })
    await ana.request('setViewport', { tiles: [] })
    expect(ben.all('chatMessage').length).toBe(accepted)
  })

  it('of any kind ends with the session, in words; the others do not notice', async () => {
    const { url } = await startFakeNode()
    const [ana, ben] = [await SignalingPeer.join(url, { room: 'r' }), await SignalingPeer.join(url, { room: 'r' })]
    for (let at = 0; at < 5000; at++) ana.socket.emit('setViewport', { tiles: [] })
    expect(await ana.next('sessionEnded')).toEqual({ reason: 'flooding' })
    await gone(ana)
    expect(await ben.next('peerLeft')).toEqual({ peerId: ana.id, reason: 'disconnected' })
    await ben.request('setViewport', { tiles: [] })
    expect(ben.received.map(({ name }) => name)).toEqual(['peerLeft'])
  })

  it('of mistakes ends it ten times sooner', async () => {
    const { url } = await startFakeNode()
    const ana = await SignalingPeer.join(url, { room: 'r' })
    for (let at = 0; at < 60; at++) ana.socket.emit(at % 2 ? 'nonsense' : 'setViewport', 'x')
    expect(await ana.next('sessionEnded')).toEqual({ reason: 'flooding' })
    await gone(ana)
  })

  it('of pings and empty packets counts as well', async () => {
    const { url } = await startFakeNode()
    for (const packet of ['3', '4']) {
      const { token } = await place(url, 'r', 'Ana')
      const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/?EIO=4&transport=websocket`)
      let closed = false
      socket.addEventListener('close', () => {
        closed = true
      })
      await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
      socket.send(`40${JSON.stringify({ token, protocol: PROTOCOL_VERSION })}`)
      for (let at = 0; at < 1000; at++) socket.send(packet)
      await until(() => closed, { what: `the connection that sends ${packet} to close` })
    }
  })

  it('cannot come from one that has not joined and does not speak the contract: it is gone at once', async () => {
    const { url } = await startFakeNode()
    const eve = await SignalingPeer.open(url, { room: 'r' })
    eve.socket.emit('getRouterRtpCapabilities', {})
    expect(await eve.next('sessionEnded')).toEqual({ reason: 'flooding' })
    await gone(eve)
  })
})

describe('what one client can hold', () => {
  it('is two transports, however often it asks', async () => {
    const media = new FakeMedia()
    const { url } = await startFakeNode({ MESSAGE_RATE: '100000' }, media)
    const ana = await SignalingPeer.open(url, { room: 'r' })
    const entry = { rtpCapabilities: fullCapabilities(), dtlsParameters: dtlsParameters() }
    const attempts = Array.from({ length: 1000 }, (_, at) => ana.send(at % 2 ? 'join' : 'warmUp', entry))
    const answers = await Promise.all(attempts)
    expect(answers.filter(({ ok }) => ok).length).toBeLessThanOrEqual(2)
    expect([...media.rooms].flatMap((room) => [...room.peers])).toHaveLength(1)
  })

  it('is one producer for each source, however often it asks', async () => {
    const media = new FakeMedia()
    const { url } = await startFakeNode({ MESSAGE_RATE: '100000' }, media)
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const transportId = ana.joined?.sendTransport.id
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () =>
        ana.send('produce', { transportId, source: 'mic', rtpParameters: opusParameters() }),
      ),
    )
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(answers.find(({ ok }) => !ok)).toMatchObject({ error: { code: 'conflict' } })
    expect([...media.rooms].flatMap((room) => [...room.producers])).toHaveLength(1)
  })
})

describe('what one address can hold', () => {
  it('is a number of connections that come at once, refused in words', async () => {
    const { url } = await startFakeNode({ CONNECTIONS_PER_ADDRESS: '10' })
    const { token } = await place(url, 'r', 'Ana')
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => {
        const socket = connect(url, { token, protocol: PROTOCOL_VERSION })
        return new Promise<unknown>((resolve) => {
          socket.once('connect', () => resolve('let in'))
          socket.once('connect_error', (error) => resolve((error as Error & { data?: { code?: string } }).data?.code))
        })
      }),
    )
    expect(outcomes.sort()).toEqual([...Array(5).fill('let in'), ...Array(3).fill('tooMany')])
  })

  it('is a number of placements at once', async () => {
    const { url } = await startFakeNode({ CONNECTIONS_PER_ADDRESS: '10' })
    const ask = () =>
      fetch(`${url}/api/v1/rooms/r/join`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Ana' }),
      })
    const answers = await Promise.all(Array.from({ length: 8 }, ask))
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(5).fill(200), ...Array(3).fill(429)])
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('is a number of rooms, in which there may be many people', async () => {
    const { url } = await startFakeNode({ ROOMS_PER_ADDRESS: '2' })
    for (const room of ['a', 'b', 'a', 'b']) await SignalingPeer.join(url, { room })
    expect(await refusal(url, { room: 'c' })).toBe('tooMany')
    await SignalingPeer.join(url, { room: 'a' })
  })

  it('is counted for the client, not for the proxy that is trusted, whatever the client writes', async () => {
    const { url } = await startFakeNode({ ROOMS_PER_ADDRESS: '1', TRUSTED_PROXIES: '127.0.0.0/8' })
    const enter = (room: string, forwarded: string) => refusal(url, { room, headers: { 'x-forwarded-for': forwarded } })
    expect(await enter('a', '192.0.2.1')).toBe('let in')
    expect(await enter('b', '192.0.2.2')).toBe('let in')
    expect(await enter('c', '192.0.2.1')).toBe('tooMany')
    expect(await enter('c', '198.51.100.9, 192.0.2.1')).toBe('tooMany')
  })

  it('is counted for who connects, when no proxy is trusted', async () => {
    const { url } = await startFakeNode({ ROOMS_PER_ADDRESS: '1' })
    const headers = (forwarded: string) => ({ headers: { 'x-forwarded-for': forwarded } })
    expect(await refusal(url, { room: 'a', ...headers('192.0.2.1') })).toBe('let in')
    expect(await refusal(url, { room: 'b', ...headers('192.0.2.2') })).toBe('tooMany')
  })

  it('is given back when a connection closes, also one that only takes leave of its session', async () => {
    const { url } = await startFakeNode({ ROOMS_PER_ADDRESS: '1' })
    const { token } = await place(url, 'a', 'Ana')
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/?EIO=4&transport=websocket`)
    const received: string[] = []
    let closed = false
    socket.addEventListener('message', ({ data }) => received.push(String(data)))
    socket.addEventListener('close', () => {
      closed = true
    })
    await until(() => received.length > 0, { what: 'the first packet' })
    socket.send(`40${JSON.stringify({ token, protocol: PROTOCOL_VERSION })}`)
    await until(() => received.some((text) => text.startsWith('40')), { what: 'the session' })
    expect(await refusal(url, { room: 'b' })).toBe('tooMany')
    socket.send('41')
    await until(() => closed, { what: 'the websocket to close' })
    expect(await refusal(url, { room: 'b' })).toBe('let in')
  })

  it('does not let pages of other origins open a socket', async () => {
    const { url } = await startFakeNode()
    expect(await refusal(url, { room: 'r', headers: { origin: 'https://evil.example' } })).toBeUndefined()
    expect(await refusal(url, { room: 'r', headers: { origin: url } })).toBe('let in')
    const listed = await startFakeNode({ ALLOWED_ORIGINS: 'https://call.example' })
    expect(await refusal(listed.url, { room: 'r', headers: { origin: 'https://call.example' } })).toBe('let in')
    expect(await refusal(listed.url, { room: 'r', headers: { origin: listed.url } })).toBeUndefined()
  })
})

describe('a server that stops', () => {
  it('tells everyone, also who still waits or is about to join', async () => {
    const media = new FakeMedia()
    const node = await openNode({ media })
    const waiting = await SignalingPeer.open(node.url, { room: 'r' })
    const joined = await SignalingPeer.join(node.url, { room: 'r' })
    const joining = await SignalingPeer.open(node.url, { room: 's' })
    media.delay = new Promise(() => {})
    joining.socket.emit('join', { rtpCapabilities: fullCapabilities() }, () => {})
    await until(() => media.asked > 1, { what: 'the join to be on its way' })
    const closing = node.close()
    for (const peer of [waiting, joined, joining])
      expect(await peer.next('sessionEnded')).toEqual({ reason: 'serverStopping' })
    await closing
  })
})
