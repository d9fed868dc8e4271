import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FakeMedia } from '../support/FakeMedia.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const startFakeNode = (settings: Record<string, string> = {}) => startNode({ media: new FakeMedia(), settings })

const placement = (url: string, headers: Record<string, string> = {}, body = '{"name":"Ana"}') =>
  fetch(`${url}/api/v1/rooms/r/join`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })

/** `fetch` would not send these headers. */
const get = (url: string, headers: Record<string, string>) =>
  new Promise<{ status: number | undefined; headers: Record<string, unknown> }>((resolve, reject) => {
    httpRequest(url, { headers }, (response) => {
      response.resume()
      resolve({ status: response.statusCode, headers: response.headers })
    })
      .on('error', reject)
      .end()
  })

/** A bare connection, and when the server closed it. */
async function open(url: string, text: string) {
  const socket = connectTcp({ port: Number(new URL(url).port), host: '127.0.0.1' })
  onTestFinished(() => void socket.destroy())
  const start = performance.now()
  const state = { closedAfterMs: undefined as number | undefined, received: '' }
  socket.on('error', () => {})
  socket.on('close', () => {
    state.closedAfterMs = performance.now() - start
  })
  await once(socket, 'connect')
  socket.write(text)
  return { socket, state }
}

describe('every answer', () => {
  it('says what a browser may do with it', async () => {
    const { url } = await startFakeNode()
    for (const path of ['/', '/r/room', '/healthz', '/api/v1/nothing', '/nothing']) {
      const { headers } = await fetch(`${url}${path}`)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy, path).toContain("default-src 'self'")
      expect(policy).toContain("object-src 'none'")
      expect(policy).toContain("frame-ancestors 'self'")
      expect(policy).not.toMatch(/unsafe|\*/)
      expect(headers.get('permissions-policy')).toContain('camera=(self)')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-powered-by')).toBeNull()
      expect(headers.get('strict-transport-security')).toBeNull()
    }
  })

  it('asks for TLS for a year, when a trusted proxy speaks it', async () => {
    const trusting = await startFakeNode({ TRUSTED_PROXIES: '127.0.0.1' })
    const headers = { 'x-forwarded-proto': 'https' }
    expect((await get(trusting.url, headers)).headers['strict-transport-security']).toBe('max-age=31536000')
    const other = await startFakeNode()
    expect((await get(other.url, headers)).headers['strict-transport-security']).toBeUndefined()
  })

  it('has no stack trace, no path and no version in it', async () => {
    const { url } = await startFakeNode()
    const answers = await Promise.all([
      placement(url, {}, '{'),
      placement(url, {}, '[]'),
      placement(url, { 'content-type': 'application/xml' }),
      fetch(`${url}/%`),
      fetch(`${url}/../../etc/passwd`),
      fetch(`${url}/assets/..%2f..%2fpackage.json`),
      fetch(`${url}/`, { method: 'DELETE' }),
    ])
    for (const answer of answers) {
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
      expect(await answer.text()).not.toMatch(/node_modules|\bat .*:\d+|\/server\/|fastify/i)
    }
  })

  it.each(['/metrics', '/debug', '/admin', '/api/v1/rooms', '/.env', '/data/secret'])(
    'to a stranger who asks for %s is that there is nothing',
    async (path) => {
      const { url } = await startFakeNode()
      expect((await fetch(`${url}${path}`)).status).toBe(404)
    },
  )
})

describe('the API', () => {
  it('takes JSON and nothing else, however it is called', async () => {
    const { url } = await startFakeNode()
    expect((await placement(url, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200)
    for (const type of ['text/plain', 'application/jsonx', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      expect((await placement(url, { 'content-type': type })).status, type).toBe(415)
    for (const type of ['application/json\ta', ' application/json x', 'application/json;charset=utf-8 ,text/plain'])
      expect((await placement(url, { 'content-type': type }, '{"name":7}')).status, type).toBeGreaterThanOrEqual(400)
  })

  it('is not for pages of other origins', async () => {
    const { url } = await startFakeNode()
    const foreign = await placement(url, { origin: 'https://evil.example' })
    expect(foreign.status).toBe(403)
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
    expect((await placement(url, { origin: url })).status).toBe(200)
  })

  it('is for the pages that the operator lists', async () => {
    const { url } = await startFakeNode({ ALLOWED_ORIGINS: 'https://call.example' })
    const own = await placement(url, { origin: 'https://call.example' })
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, 'https://call.example'])
    expect(own.headers.get('access-control-allow-credentials')).toBeNull()
    const asked = await fetch(`${url}/api/v1/rooms/r/join`, {
      method: 'OPTIONS',
      headers: { origin: 'https://call.example', 'access-control-request-method': 'POST' },
    })
    expect([asked.status, asked.headers.get('access-control-allow-methods')]).toEqual([204, 'GET, POST'])
    expect((await placement(url, { origin: 'https://evil.example' })).status).toBe(403)
  })

  it('does not mind what host it is called by', async () => {
    const { url } = await startFakeNode()
    for (const host of ['evil.example', 'x'.repeat(300), '127.0.0.1:1'])
      expect((await get(`${url}/healthz`, { host })).status).toBe(200)
  })
})

describe('a slow client', () => {
  it('has seconds for the head and the body of a request, for the handshake, and to read its answers', async () => {
    const { url } = await startFakeNode()
    const slow = {
      head: await open(url, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '),
      body: await open(
        url,
        'POST /api/v1/rooms/r/join HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
      ),
      silence: await open(url, ''),
      handshake: await open(
        url,
        'GET /ws/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      ),
      // Asks for more than the kernel holds for it, and reads nothing of it.
      unread: await open(url, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(50_000)),
    }
    for (const { socket } of Object.values(slow)) socket.resume()
    slow.unread.socket.pause()
    const drip = setInterval(() => {
      slow.head.socket.write('x')
      // Who reads nothing does not hear of the end, but cannot write any more.
      slow.unread.socket.write('\r\n')
    }, 500)
    onTestFinished(() => clearInterval(drip))
    const ana = await SignalingPeer.join(url, { room: 'r' })
    await until(() => Object.values(slow).every(({ state }) => state.closedAfterMs !== undefined), {
      what: () => Object.entries(slow).map(([name, { state }]) => `${name} ${state.closedAfterMs}`),
      deadlineMs: 25_000,
      everyMs: 100,
    })
    for (const [name, { state }] of Object.entries(slow))
      console.log(`${name}: closed after ${Math.round(state.closedAfterMs ?? 0)} ms`)
    await ana.request('setViewport', { tiles: [] })
  }, 40_000)

  it('gets no connection above the most that the server takes', async () => {
    const { url } = await startFakeNode({ CONNECTIONS: '10' })
    const many = await Promise.all(Array.from({ length: 16 }, () => open(url, '')))
    await until(() => many.filter(({ state }) => state.closedAfterMs !== undefined).length === 6, {
      what: 'those above the limit to be closed',
    })
  })

  it('cannot take the connections of the others', async () => {
    const { url } = await startFakeNode({ CONNECTIONS_PER_ADDRESS: '4' })
    const many = await Promise.all(Array.from({ length: 24 }, () => open(url, '')))
    await until(() => many.filter(({ state }) => state.closedAfterMs !== undefined).length >= 8, {
      what: 'those above the limit to be closed',
    })
    expect(many.filter(({ state }) => state.closedAfterMs === undefined).length).toBeLessThanOrEqual(16)
  })
})
