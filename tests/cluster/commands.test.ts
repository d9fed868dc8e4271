import { randomBytes } from 'node:crypto'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createTokens } from '../../server/auth/tokens.ts'
import type { AnswerCommand } from '../../server/cluster/Cluster.ts'
import { callNode } from '../../server/cluster/callNode.ts'
import { createNodeServer, privateUrl } from '../../server/http/nodeServer.ts'
import { SfuError } from '../../shared/errors.ts'
import type { NodeId, ProducerId, RoomId } from '../../shared/ids.ts'
import { HeardRoom, joinCluster, SECRET, testLog, uuid } from '../support/clusterNode.ts'
import { TestRedis } from '../support/redis.ts'

const ROOM = 'r' as RoomId
const a = 'a' as NodeId
const b = 'b' as NodeId
const ADMIN = randomBytes(32).toString('hex')
const tokens = createTokens([SECRET], { ticketSeconds: 60 })

/** The private listener of node `b`. */
async function listen(handle: (...args: Parameters<AnswerCommand>) => unknown, adminToken: string | undefined = ADMIN) {
  const handleCommand = async (...args: Parameters<AnswerCommand>) => (await handle(...args)) as never
  const drain = vi.fn(() => ({ deadline: 123 }))
  const server = createNodeServer({ nodeId: b, tokens, handleCommand, adminToken, drain, log: testLog() })
  onTestFinished(() => server.close())
  const port = await server.listen({ host: '127.0.0.1', port: 0 })
  return { url: privateUrl('127.0.0.1', port), drain }
}

const piped = { pipeId: '0'.repeat(36), producerId: uuid(1) as string as ProducerId }

describe('a command', () => {
  it('goes to another node and comes back with its answer', async () => {
    const { url: redisUrl } = await TestRedis.start()
    const heard: unknown[] = []
    const { url } = await listen((...args) => {
      heard.push(args)
      return {}
    })
    const [from] = [await joinCluster('a', { redisUrl }), await joinCluster('b', { redisUrl, privateUrl: url })]
    const { link } = await HeardRoom.open(from)
    expect(await link.command(b, 'stopSending', piped)).toEqual({})
    expect(heard).toEqual([['a', ROOM, 'stopSending', piped]])
    await expect(link.command('c' as NodeId, 'stopSending', piped)).rejects.toMatchObject({ code: 'notReady' })
  })

  it('comes back with what the other node says', async () => {
    const { url } = await listen(() => {
      throw new SfuError('notFound', 'there is no such pipe')
    })
    const call = callNode({
      privateUrl: url,
      token: await tokens.signNode(a),
      roomId: ROOM,
      name: 'sendThrough',
      input: piped,
    })
    await expect(call).rejects.toMatchObject({ code: 'notFound', message: 'there is no such pipe' })
  })

  it.each([
    ['something else', () => ({ other: 1 }), 'internal'],
    ['a failure', () => Promise.reject(new Error('oh')), 'internal'],
    ['nothing', () => new Promise(() => {}), 'timeout'],
  ])('fails when the answer is %s', async (_, handle, code) => {
    const { url } = await listen(handle)
    const call = callNode({
      privateUrl: url,
      token: await tokens.signNode(a),
      roomId: ROOM,
      name: 'stopSending',
      input: piped,
    })
    await expect(call).rejects.toMatchObject({ code })
  })

  it('fails when nobody listens', async () => {
    const call = callNode({
      privateUrl: 'http://127.0.0.1:1',
      token: '',
      roomId: ROOM,
      name: 'stopSending',
      input: piped,
    })
    await expect(call).rejects.toMatchObject({ code: 'notReady' })
  })

  it('comes back with when to try again', async () => {
    const { url } = await listen(() => {
      throw new SfuError('notReady')
    })
    const headers = { authorization: `Bearer ${await tokens.signNode(a)}`, 'content-type': 'application/json' }
    const address = `${url}/node/v1/rooms/r/stopSending`
    const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify(piped) })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
  })

  it.each([
    ['no token', async () => ''],
    [
      'a token of somebody who joins',
      () => tokens.signJoin({ roomId: ROOM, identity: 'ana' as never, name: 'Ana', grants: {} }),
    ],
    ['a token with another secret', () => createTokens([randomBytes(32)], { ticketSeconds: 60 }).signNode(a)],
    ["the operators' token", async () => ADMIN],
  ])('is refused with %s', async (_, token) => {
    const { url } = await listen(() => ({}))
    const call = callNode({ privateUrl: url, token: await token(), roomId: ROOM, name: 'stopSending', input: piped })
    await expect(call).rejects.toMatchObject({ code: 'unauthorized' })
  })

  it.each([
    ['another input', 'stopSending', {}, 400],
    ['another command', 'toString', {}, 404],
    ['no JSON', 'stopSending', undefined, 400],
    ['too much', 'stopSending', { pipeId: 'x'.repeat(300_000) }, 413],
  ])('is refused with %s', async (_, command, body, status) => {
    const { url } = await listen(() => ({}))
    const answer = await fetch(`${url}/node/v1/rooms/r/${command}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await tokens.signNode(a)}`, 'content-type': 'application/json' },
      body: body === undefined ? '{' : JSON.stringify(body),
    })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ error: { retryable: false } })
  })
})

it.each(['/node/v1/rooms/r/stopSending', '/api/v1/nodes/b/drain'])(
  'hears nothing of a body without a token: %s',
  async (path) => {
    const { url } = await listen(() => ({}))
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"pipeId": "${'x'.repeat(300_000)}"`,
    })
    expect(answer.status).toBe(401)
  },
)

describe('an operator', () => {
  const drainNode = (url: string, token: string, id = 'b') =>
    fetch(`${url}/api/v1/nodes/${id}/drain`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })

  it('drains a node', async () => {
    const { url, drain } = await listen(() => ({}))
    const answer = await drainNode(url, ADMIN)
    expect([answer.status, await answer.json()]).toEqual([202, { deadline: 123 }])
    expect(drain).toHaveBeenCalledOnce()
  })

  it('is refused with another token, for another node, and where there is no token', async () => {
    const { url, drain } = await listen(() => ({}))
    expect((await drainNode(url, `${ADMIN}x`)).status).toBe(401)
    expect((await drainNode(url, await tokens.signNode(a))).status).toBe(401)
    expect((await drainNode(url, ADMIN, 'c')).status).toBe(404)
    const closed = await listen(() => ({}), '')
    expect((await drainNode(closed.url, '')).status).toBe(401)
    expect(drain).not.toHaveBeenCalled()
  })

  it('sees whether it is there', async () => {
    const { url } = await listen(() => ({}))
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect((await fetch(`${url}/other`)).status).toBe(404)
  })
})

it('tells at the start what is in the way of the private listener', async () => {
  const { url } = await listen(() => ({}))
  const options = { nodeId: b, tokens, handleCommand: vi.fn(), adminToken: undefined, drain: vi.fn(), log: testLog() }
  const taken = createNodeServer(options).listen({ host: '127.0.0.1', port: Number(new URL(url).port) })
  await expect(taken).rejects.toThrow(/^PRIVATE_PORT=\d+ is taken/)
})
