/** What is replaced by its owner goes on for a while; it never outlasts its successor, nor what others decide. */
import { describe, expect, it } from 'vitest'
import type { ProducerId } from '../../shared/ids.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'

/** A host who receives the first of two microphones or cameras of Eve, the second of which replaces the first. */
async function start(settings: Record<string, string> = {}) {
  const media = new FakeMedia()
  const { url } = await startNode({ media, settings })
  const join = (name: string) => SignalingPeer.join(url, { room: 'r', name })
  const [host, eve] = [await join('Host'), await join('Eve')]
  const receives = async (producerId: ProducerId) =>
    await host.next('consumersAdded', ({ consumers }) => consumers.some((each) => each.producerId === producerId))
  const isSent = (producerId: ProducerId) => [...media.rooms].some((room) => room.producers.has(producerId))
  return { host, eve, receives, isSent, join }
}

describe('a producer that is replaced', () => {
  it('ends at once where its successor begins muted', async () => {
    const { host, eve, receives, isSent } = await start()
    const first = await eve.publish('mic')
    await receives(first)
    await eve.publish('mic', { replaces: first, paused: true })
    await host.next('peerChanged', ({ peer }) => peer.published[0]?.paused === true)
    expect(isSent(first)).toBe(false)
  })

  it('cannot be unmuted while others have muted its source', async () => {
    const { host, eve, receives, isSent } = await start()
    const first = await eve.publish('mic')
    await receives(first)
    await host.request('setForcedMute', { peerId: eve.id, source: 'mic', muted: true })
    await eve.publish('mic', { replaces: first, paused: true })
    expect(await eve.send('resumeProducer', { producerId: first })).toMatchObject({ ok: false })
    expect(isSent(first)).toBe(false)
  })

  it('ends with its successor: nobody is heard whom no list shows so', async () => {
    const { host, eve, receives, isSent } = await start()
    const first = await eve.publish('mic')
    await receives(first)
    const second = await eve.publish('mic', { replaces: first })
    await eve.request('closeProducer', { producerId: second })
    await host.next('peerChanged', ({ peer }) => peer.id === eve.id && peer.published.length === 0)
    expect(isSent(first)).toBe(false)
  })

  it('ends when a share is stopped, and when its owner may publish no more', async () => {
    const { host, eve, isSent } = await start()
    const screen = await eve.publish('screen')
    await eve.publish('screen', { replaces: screen })
    await host.request('stopShare', { peerId: eve.id })
    expect(isSent(screen)).toBe(false)
    const cam = await eve.publish('cam')
    await eve.publish('cam', { replaces: cam })
    await host.request('setRole', { peerId: eve.id, role: 'listener' })
    expect(isSent(cam)).toBe(false)
  })
})

describe('a screen that is shared alone', () => {
  it('stays so, also when its owner asks for it twice', async () => {
    const { host, eve } = await start({ SCREEN_SHARES: 'one' })
    const both = await Promise.allSettled([eve.publish('screen'), eve.publish('screen')])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await expect(host.publish('screen')).rejects.toMatchObject({ code: 'screenTaken' })
  })
})
