/** Several nodes, as those see them who come by one of them. */
import { describe, expect, it } from 'vitest'
import { FakeCluster } from '../support/FakeCluster.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { place, post, SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'

/** A node `a` that is real, and others that it has heard of. */
async function startA(settings: Record<string, string> = {}) {
  const cluster = new FakeCluster()
  cluster.add('a', { url: '/n/a' })
  cluster.add('b', { url: 'https://b.example', load: 0.5 })
  const { url } = await startNode({ media: new FakeMedia(), cluster: cluster.seenBy('a'), settings })
  const placed = async (body = {}) => {
    const { nodeUrl, fallbackUrls } = await place(url, 'room', 'Ana', body)
    return { nodeUrl, fallbackUrls }
  }
  return { url, cluster, placed }
}

describe('a placement', () => {
  it('is as ever where there is one node', async () => {
    const { url } = await startNode({ media: new FakeMedia() })
    const placement = await place(url, 'room', 'Ana')
    expect(placement.nodeUrl).toBe('')
    expect(placement).not.toHaveProperty('fallbackUrls')
  })

  it('leads to the node that is chosen, and names the others', async () => {
    const { cluster, placed } = await startA()
    expect(await placed()).toEqual({ nodeUrl: '/n/a', fallbackUrls: ['https://b.example'] })
    cluster.carrying = ['b']
    expect(await placed()).toEqual({ nodeUrl: 'https://b.example', fallbackUrls: ['/n/a'] })
  })

  it('leads into the region that is asked for', async () => {
    const { cluster, placed } = await startA()
    cluster.add('b', { url: 'https://b.example', load: 0.5, region: 'eu' })
    expect((await placed({ region: 'eu' })).nodeUrl).toBe('https://b.example')
    expect((await placed({ region: 'us' })).nodeUrl).toBe('/n/a')
  })

  it('refuses a region that is none', async () => {
    const { url } = await startA()
    const answer = await post(`${url}/api/v1/rooms/room/join`, { name: 'Ana', region: 'x'.repeat(65) })
    expect(answer.status).toBe(400)
  })

  it('leads here while nobody can tell where the room is', async () => {
    const { cluster, placed } = await startA()
    cluster.add('a', { url: '/n/a', load: 0.9 })
    cluster.carrying = undefined
    expect((await placed()).nodeUrl).toBe('/n/a')
  })

  it('leads nowhere that has no address, and names nobody who is not ready', async () => {
    const { cluster, placed } = await startA()
    cluster.add('b', { url: '' })
    cluster.add('c', { url: 'https://c.example', state: 'notReady' })
    cluster.carrying = ['b', 'c']
    expect(await placed()).toEqual({ nodeUrl: '/n/a', fallbackUrls: undefined })
  })

  it('with a ticket leads back to the node of the visit, unless that is gone or wants to stop', async () => {
    const { url, cluster, placed } = await startA()
    const { ticket } = await SignalingPeer.join(url, { room: 'room', name: 'Ana' })
    cluster.carrying = ['b']
    expect((await placed({ name: undefined, ticket })).nodeUrl).toBe('/n/a')
    cluster.seenBy('a').setState('draining')
    expect((await placed({ name: undefined, ticket })).nodeUrl).toBe('https://b.example')
    cluster.infos.delete('a')
    expect((await placed({ name: undefined, ticket })).nodeUrl).toBe('https://b.example')
  })
})

describe('pages of other nodes', () => {
  it('may connect here, also after their node has died', async () => {
    const { url, cluster } = await startA()
    const status = async (origin: string) =>
      (await post(`${url}/api/v1/rooms/room/join`, { name: 'Ana' }, { origin })).status
    expect(await status('https://b.example')).toBe(200)
    expect(await status('https://c.example')).toBe(403)
    cluster.infos.delete('b')
    expect(await status('https://b.example')).toBe(200)
  })

  it('may do so beside those that the operator lists', async () => {
    const { url } = await startA({ ALLOWED_ORIGINS: 'https://portal.example' })
    for (const origin of ['https://portal.example', 'https://b.example'])
      expect((await post(`${url}/api/v1/rooms/room/join`, { name: 'Ana' }, { origin })).status).toBe(200)
  })
})

describe('the page', () => {
  const connectSrc = async (url: string) =>
    /connect-src ([^;]*)/.exec((await fetch(url)).headers.get('content-security-policy') ?? '')?.[1]

  it('may connect to its own origin where there is one node', async () => {
    const { url } = await startNode({ media: new FakeMedia() })
    expect(await connectSrc(url)).toBe("'self'")
  })

  it('may connect to every node, also to one that comes later', async () => {
    const { url, cluster } = await startA()
    expect(await connectSrc(url)).toBe("'self' https://b.example wss://b.example")
    cluster.add('c', { url: 'http://127.0.0.1:7/n/c' })
    cluster.add('d', { url: 'javascript:alert(1)' })
    expect(await connectSrc(url)).toBe("'self' https://b.example wss://b.example http://127.0.0.1:7 ws://127.0.0.1:7")
  })
})
