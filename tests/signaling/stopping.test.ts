/** What people and supervisors notice while the server stops. */
import { describe, expect, it } from 'vitest'
import { FakeMedia } from '../support/FakeMedia.ts'
import { fullCapabilities } from '../support/rtp.ts'
import { post, SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'

const entry = { rtpCapabilities: fullCapabilities() }
const refused = (code: string) => expect.objectContaining({ ok: false, error: expect.objectContaining({ code }) })

async function start(STOP_GRACE: string) {
  const media = new FakeMedia()
  const node = await startNode({ media, settings: { STOP_GRACE } })
  const status = async (path: string) => (await fetch(`${node.url}${path}`)).status
  return { ...node, media, status, join: (name: string) => SignalingPeer.join(node.url, { room: 'r', name }) }
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
