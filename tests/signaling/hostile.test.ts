import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FakeMedia } from '../support/FakeMedia.ts'
import { dtlsParameters, fullCapabilities, vp8Parameters } from '../support/rtp.ts'
import { place, SignalingPeer } from '../support/SignalingPeer.ts'
import { openNode, startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const entry = { rtpCapabilities: fullCapabilities(), dtlsParameters: dtlsParameters() }

/** A connection that asks for an upgrade, of which the server has read the request. */
async function upgrade(url: string, path: string) {
  const { port } = new URL(url)
  const socket = connectTcp({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  )
  return socket
}

/** A masked websocket frame (RFC 6455, section 5.2) of at most 65,535 bytes. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text)
  const length =
    payload.length < 126
      ? Buffer.from([0x80 | payload.length])
      : Buffer.from([0x80 | 126, payload.length >> 8, payload.length & 255])
  return Buffer.concat([Buffer.from([0x81]), length, Buffer.alloc(4), payload])
}

describe('a hostile client', () => {
  it('cannot end the process by resetting an upgrade', async () => {
    const { url } = await startNode({ media: new FakeMedia() })
    for (const path of ['/', '/foo', '/socket.io/', '/ws/?EIO=4&transport=websocket', '/api/v1/rooms/a/join']) {
      const socket = await upgrade(url, path)
      // The answer of another request says that the server has come past this one.
      expect((await fetch(`${url}/healthz`)).status).toBe(200)
      socket.resetAndDestroy()
      expect((await fetch(`${url}/healthz`)).status).toBe(200)
    }
  })

  it('cannot keep the server from stopping', async () => {
    const node = await openNode({ media: new FakeMedia() })
    for (const path of ['/foo', '/ws/?EIO=4&transport=websocket']) await upgrade(node.url, path)
    expect((await fetch(`${node.url}/healthz`)).status).toBe(200)
    let stopped = false
    const closing = node.close().then(() => {
      stopped = true
    })
    await until(() => stopped, { what: 'the server to stop', deadlineMs: 5000 })
    await closing
  })

  it('becomes one person only, however it enters', async () => {
    const { url } = await startNode({ media: new FakeMedia() })
    const ben = await SignalingPeer.open(url, { room: 'r', name: 'Ben' })
    const answers = await Promise.all([
      ben.send('warmUp', entry),
      ben.send('join', { rtpCapabilities: entry.rtpCapabilities }),
    ])
    expect(answers.map(({ ok }) => ok)).toEqual([true, false])
    await ben.request('join', entry)
    const ana = await SignalingPeer.join(url, { room: 'r', name: 'Ana' })
    expect(ana.joined?.peers.map(({ name }) => name)).toEqual(['Ben', 'Ana'])
    ben.socket.disconnect()
    await ana.next('peerLeft')
    expect((await SignalingPeer.join(url, { room: 'r' })).joined?.peers).toHaveLength(2)
  })

  it('has one session on a websocket', async () => {
    const { url } = await startNode({ media: new FakeMedia() })
    const { token } = await place(url, 'r', 'Ana')
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/?EIO=4&transport=websocket`)
    onTestFinished(() => socket.close())
    const received: string[] = []
    socket.addEventListener('message', ({ data }) => received.push(String(data)))
    await once(socket as never, 'open')
    for (let at = 0; at < 3; at++) socket.send(`40${JSON.stringify({ token, protocol: 1 })}`)
    await until(() => received.filter((text) => text.startsWith('4')).length >= 1, { what: 'an answer' })
    await until(async () => (await fetch(`${url}/healthz`)).ok, { what: 'the server to be well' })
    expect(received.filter((text) => text.startsWith('40')).length).toBeLessThanOrEqual(1)
  })

  it('that does not read is let go before it costs memory', async () => {
    const { url } = await startNode({ media: new FakeMedia(), settings: { MESSAGE_RATE: '100000' } })
    const { token } = await place(url, 'r', 'Slow')
    const slow = await upgrade(url, '/ws/?EIO=4&transport=websocket')
    let received = ''
    slow.on('data', (data) => {
      received += data.toString('latin1')
    })
    const says = (text: string) => until(() => received.includes(text), { what: `the server to say ${text}` })
    await says('0{"sid"')
    slow.write(frame(`40${JSON.stringify({ token, protocol: 1 })}`))
    await says('40{"sid"')
    slow.write(frame(`420${JSON.stringify(['join', { rtpCapabilities: entry.rtpCapabilities }])}`))
    await says('"ok":true')
    const ana = await SignalingPeer.join(url, { room: 'r', name: 'Ana' })
    slow.pause()
    const text = 'x'.repeat(2000)
    // To nobody else, so that it costs the test little: whoever does not answer a ping is let go as well, only later.
    const to = ana.joined?.peers.find(({ name }) => name === 'Slow')?.id ?? ana.id
    await until(
      async () => {
        await Promise.all(Array.from({ length: 200 }, () => ana.request('sendChat', { text, to })))
        // Without a socket: it would have to come back, and read.
        return ana.all('peerChanged').some(({ peer }) => peer.connection === 'reconnecting')
      },
      { what: 'the slow one to lose its socket', deadlineMs: 12_000 },
    )
  })

  it('gets a short answer to a long mistake', async () => {
    const { url } = await startNode({ media: new FakeMedia() })
    const ana = await SignalingPeer.join(url, { room: 'r' })
    const rtpParameters = { ...vp8Parameters(), encodings: Array.from({ length: 15_000 }, () => ({})) }
    const answer = await ana.send('produce', {
      transportId: ana.joined?.sendTransport.id,
      source: 'cam',
      rtpParameters,
    })
    expect(answer).toMatchObject({ ok: false, error: { code: 'invalidInput', message: 'the payload does not fit' } })
  })

  it('learns of an address that cannot be read what it learns of any other', async () => {
    const { url } = await startNode({ media: new FakeMedia() })
    const answers = await Promise.all(['/%', '/%zz', '/nothing'].map((path) => fetch(`${url}${path}`)))
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
  })
})

describe('a room that ends', () => {
  it('tells each member once, and nothing of the others', async () => {
    const media = new FakeMedia()
    const { url } = await startNode({ media })
    const people = [
      await SignalingPeer.join(url, { room: 'r' }),
      await SignalingPeer.join(url, { room: 'r' }),
      await SignalingPeer.join(url, { room: 'r' }),
    ]
    for (const room of media.rooms) room.close()
    for (const peer of people) {
      expect(await peer.next('sessionEnded')).toEqual({ reason: 'workerDied' })
      expect(peer.all('peerLeft')).toEqual([])
    }
  })
})
