/** What people and supervisors notice while the server stops. */
import { describe, expect, it } from 'vitest'
import { FakeCluster } from '../support/FakeCluster.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { fullCapabilities } from '../support/rtp.ts'
import { post, SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const entry = { rtpCapabilities: fullCapabilities() }
const refused = (code: string) => expect.objectContaining({ ok: false, error: expect.objectContaining({ code }) })

async function start(STOP_GRACE: string, cluster = aloneIn(new FakeCluster())) {
  const media = new FakeMedia()
  const node = await startNode({ media, settings: { STOP_GRACE }, cluster: cluster.seenBy('a') })
  const status = async (path: string) => (await fetch(`${node.url}${path}`)).status
  return { ...node, media, status, join: (name: string) => SignalingPeer.join(node.url, { room: 'r', name }) }
}

function aloneIn(cluster: FakeCluster): FakeCluster {
  cluster.add('a', { url: '/n/a' })
  return cluster
}

describe('a server that is told to stop', () => {
  it('is not ready any more, and opens no rooms', async () => {
    const { url, drain, status, join } = await start('60')
    const [ana, open] = [await join('Ana'), await SignalingPeer.open(url, { room: 'another' })]
    expect(await status('/readyz')).toBe(200)
    const drained = drain()
    expect([await status('/readyz'), await status('/healthz')]).toEqual([503, 200])
    expect(await open.send('join', entry)).toEqual(refused('notReady'))
    expect(await post(`${url}/api/v1/rooms`, {})).toMatchObject({ status: 503, body: { error: { code: 'notReady' } } })
    await ana.request('leave', {})
    await drained
  })

  it('tells those in a call how long it goes on, also those who come into it', async () => {
    const { drain, join } = await start('60')
    const ana = await join('Ana')
    const drained = drain()
    const { inMs } = await ana.next('serverStopping')
    expect(inMs).toBeGreaterThan(50_000)
    expect(inMs).toBeLessThanOrEqual(60_000)
    const ben = await join('Ben')
    expect((await ben.next('serverStopping')).inMs).toBeLessThanOrEqual(inMs)
    await ana.next('peerJoined')
    expect(ana.all('serverStopping')).toHaveLength(1)
    for (const peer of [ana, ben]) await peer.request('leave', {})
    await drained
  })

  it('waits for no one where nobody is in a call', async () => {
    const { url, drain } = await start('60')
    await SignalingPeer.open(url, { room: 'r' })
    await drain()
  })

  it('waits no longer than it said, and ends the calls that there are', async () => {
    const { drain, close, join } = await start('1')
    const ana = await join('Ana')
    await drain()
    expect(ana.all('sessionEnded')).toEqual([])
    await close()
    expect(await ana.next('sessionEnded')).toEqual({ reason: 'serverStopping' })
  })

  it('need not wait once it is told to stop at once', async () => {
    const { drain, close, join } = await start('60')
    const ana = await join('Ana')
    const drained = drain()
    await ana.next('serverStopping')
    await Promise.all([close(), drained])
  })

  it('knows when media that ended has emptied the last room', async () => {
    const { media, drain, join } = await start('60')
    await join('Ana')
    const drained = drain()
    media.close()
    await drained
  })
})

describe('a node that is told to stop while there is another', () => {
  const startWithOther = async (STOP_GRACE: string) => {
    const cluster = aloneIn(new FakeCluster())
    cluster.add('b', { url: '/n/b' })
    return { cluster, ...(await start(STOP_GRACE, cluster)) }
  }

  it('says so to the others first, then asks everyone to move, one after the other', async () => {
    const { cluster, drain, join } = await startWithOther('4')
    const people = await Promise.all(Array.from({ length: 8 }, (_, at) => join(`Person ${at}`)))
    const began = performance.now()
    const drained = drain()
    expect(cluster.node('a').state).toBe('draining')
    const asked = await Promise.all(
      people.map(async (person) => {
        await person.next('moveRequested')
        return performance.now() - began
      }),
    )
    expect(Math.min(...asked)).toBeGreaterThan(900)
    expect(Math.max(...asked)).toBeLessThan(2500)
    expect(Math.max(...asked) - Math.min(...asked)).toBeGreaterThan(100)
    expect(people.flatMap((person) => person.all('serverStopping'))).toEqual([])
    for (const person of people) person.socket.disconnect()
    await drained
  })

  it('asks those as well who come meanwhile', async () => {
    const { drain, join } = await startWithOther('1')
    const ana = await join('Ana')
    const drained = drain()
    await ana.next('moveRequested')
    const ben = await join('Ben')
    await ben.next('moveRequested')
    for (const person of [ana, ben]) person.socket.disconnect()
    await drained
  })

  it('sends those away who are not in the room yet: they come in elsewhere', async () => {
    const { url, drain, join } = await startWithOther('4')
    const ana = await join('Ana')
    const warm = await SignalingPeer.open(url, { room: 'r' })
    await warm.request('warmUp', entry)
    await ana.request('setRules', { lobby: true })
    const waiting = await SignalingPeer.open(url, { room: 'r', name: 'Eva' })
    expect(await waiting.send('join', entry)).toEqual(refused('inLobby'))
    const drained = drain()
    for (const person of [warm, waiting])
      expect(await person.next('sessionEnded')).toEqual({ reason: 'serverStopping' })
    ana.socket.disconnect()
    await drained
  })

  it('tells those who have not moved in time when their calls end', async () => {
    const { drain, join } = await startWithOther('3')
    const ana = await join('Ana')
    const drained = drain()
    await ana.next('moveRequested')
    expect(ana.all('serverStopping')).toEqual([])
    expect((await ana.next('serverStopping')).inMs).toBeLessThan(1000)
    await drained
  })

  it('asks nobody to move while no other is ready, and does once one is', async () => {
    const { cluster, drain, join } = await startWithOther('2')
    cluster.add('b', { url: '/n/b', state: 'notReady' })
    const ana = await join('Ana')
    const drained = drain()
    await ana.next('serverStopping')
    expect(ana.all('moveRequested')).toEqual([])
    cluster.add('b', { url: '/n/b' })
    await until(() => ana.all('moveRequested').length === 1)
    ana.socket.disconnect()
    await drained
  })
})
