import { describe, expect, it } from 'vitest'
import type { PeerId } from '../../shared/ids.ts'
import type { Tile } from '../../shared/requests.ts'
import { FakeMedia, type FakePeerMedia } from '../support/FakeMedia.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const start = async (settings: Record<string, string> = {}) => {
  const media = new FakeMedia()
  const { url } = await startNode({ media, settings })
  const join = (name: string) => SignalingPeer.join(url, { room: 'r', name, viewport: { tiles: [] } })
  return { media, join, ana: await join('Ana') }
}

const tile = (peerId: PeerId, height: number, source: Tile['source'] = 'cam'): Tile => ({
  peerId,
  source,
  width: Math.round((height * 16) / 9),
  height,
})

describe('what is sent', () => {
  it('is the layer that fits each tile, and follows it', async () => {
    const { media, join, ana } = await start()
    const cam = await ana.publish('cam')
    const ben = await join('Ben')
    const demand = () => {
      const peers = [...media.rooms].flatMap((room) => [...room.peers]) as FakePeerMedia[]
      return peers.map((peer) => peer.demands.get(cam)).find(Boolean)
    }
    await ben.request('setViewport', { tiles: [tile(ana.id, 180)] })
    await until(() => demand()?.spatialLayer === 0, { what: 'the smallest layer' })
    await ben.request('setViewport', { tiles: [tile(ana.id, 720)] })
    await until(() => demand()?.spatialLayer === 2, { what: 'the largest layer' })
    expect(ben.all('consumersAdded')).toHaveLength(1)
    expect(ben.all('consumersRemoved')).toEqual([])
  })

  it('is told to the publisher: at once when more is wanted, later when less is', async () => {
    const { join, ana } = await start()
    const cam = await ana.publish('cam')
    const told = () => ana.all('demandChanged').map(({ spatialLayer }) => spatialLayer)
    // Nobody looks: after a while nothing is worth sending.
    await until(() => told().length === 1, { what: 'the camera to rest', deadlineMs: 8000 })
    const [ben, eva] = [await join('Ben'), await join('Eva')]
    await ben.request('setViewport', { tiles: [tile(ana.id, 180)] })
    await eva.request('setViewport', { tiles: [tile(ana.id, 360)] })
    await until(() => told().length === 3, { what: 'two more layers' })
    expect(told()).toEqual([-1, 0, 1])
    expect(ana.all('demandChanged')[0]?.producerId).toBe(cam)
    await eva.request('leave', {})
    await until(() => told().length === 4, { what: 'one layer less', deadlineMs: 8000 })
    expect(told()).toEqual([-1, 0, 1, 0])
    expect(ben.all('demandChanged')).toEqual([])
  })

  it('is what the viewer chose to receive', async () => {
    const { media, join, ana } = await start()
    const [mic, cam] = [await ana.publish('mic'), await ana.publish('cam')]
    const ben = await join('Ben')
    await ben.request('setViewport', { tiles: [tile(ana.id, 180)] })
    const [room] = media.rooms
    const consumed = () =>
      [...(room?.peers ?? [])]
        .map((peer) => [...peer.consumed].sort())
        .find((ids) => ids.includes(mic) || ids.includes(cam)) ?? []
    await until(() => consumed().length === 2, { what: 'sound and picture' })
    await ben.request('setReception', { mode: 'audioOnly', maxKbps: 64 })
    await until(() => consumed().length === 1, { what: 'sound alone' })
    expect(consumed()).toEqual([mic])
    expect([...(room?.peers ?? [])].map((peer) => peer.mostBitrate)).toContain(64_000)
    await ben.request('setReception', { mode: 'nothing' })
    await until(() => consumed().length === 0, { what: 'nothing' })
    await ben.request('setReception', { mode: 'all' })
    await until(() => consumed().length === 2, { what: 'everything again' })
  })
})

describe('last-N', () => {
  it('sends so many cameras, of those who spoke last, by the stricter of room and viewer', async () => {
    const { media, join, ana } = await start({ VIDEO_LAST_N: '2' })
    const people = [ana, await join('Ben'), await join('Eva')]
    const cams = await Promise.all(people.map((peer) => peer.publish('cam')))
    const screen = await ana.publish('screen')
    const viewer = await join('Viewer')
    const tiles = people.map(({ id }) => tile(id, 180))
    const [room] = media.rooms
    const names = new Map([...cams.map((id, at) => [id, 'abe'.charAt(at)] as const), [screen, 's']])
    const seen = () =>
      [...([...(room?.peers ?? [])].at(-1)?.consumed ?? [])]
        .map((id) => names.get(id))
        .sort()
        .join('')
    const speak = (...peers: SignalingPeer[]) =>
      room?.emit(
        'voices',
        peers.map(({ id }, at) => ({ peerId: id, volume: -20 - at })),
      )
    await viewer.request('setViewport', { tiles: [...tiles, tile(ana.id, 720, 'screen')] })
    await until(() => seen() === 'abs', { what: () => `the first two, not ${seen()}` })
    const [, ben, eva] = people as [SignalingPeer, SignalingPeer, SignalingPeer]
    speak(eva)
    await until(() => seen() === 'aes', { what: () => `who speaks, not ${seen()}` })
    speak(ben)
    await until(() => seen() === 'bes', { what: () => `who spoke last, not ${seen()}` })
    await viewer.request('setReception', { mode: 'all', lastN: 1 })
    await until(() => seen() === 'bs', { what: () => `one, not ${seen()}` })
    await viewer.request('setViewport', { tiles: tiles.map((each, at) => ({ ...each, pinned: at === 0 })) })
    await until(() => seen() === 'a', { what: () => `the pinned one, not ${seen()}` })
    await viewer.request('setReception', { mode: 'all', lastN: 100 })
    await until(() => seen() === 'ab', { what: () => `no more than the room allows, not ${seen()}` })
  })
})

describe('a room with more microphones than are forwarded', () => {
  const open = async () => {
    const { media, join, ana } = await start({ AUDIO_ALL_LIMIT: '2', AUDIO_FORWARDED: '2' })
    const people = [ana, await join('Ben'), await join('Eva'), await join('Max')]
    const mics = await Promise.all(people.map((peer) => peer.publish('mic')))
    const listener = await join('Listener')
    const names = ['Ana', 'Ben', 'Eva', 'Max']
    const heard = () => {
      const added = listener.all('consumersAdded').flatMap(({ consumers }) => consumers)
      const removed = new Set(listener.all('consumersRemoved').flatMap(({ consumerIds }) => consumerIds))
      const now = [...(listener.joined?.consumers ?? []), ...added].filter(({ id }) => !removed.has(id))
      return now
        .map(({ producerId }) => names[mics.indexOf(producerId)])
        .sort()
        .join(' ')
    }
    const speak = (...peers: SignalingPeer[]) =>
      [...media.rooms][0]?.emit(
        'voices',
        peers.map(({ id }, at) => ({ peerId: id, volume: -20 - at })),
      )
    return { people, mics, heard, speak }
  }

  it('forwards who speaks, and keeps who spoke last', async () => {
    const { people, heard, speak } = await open()
    const [ana, ben, eva] = people as [SignalingPeer, SignalingPeer, SignalingPeer]
    expect(heard()).toBe('')
    speak(ana)
    await until(() => heard() === 'Ana', { what: 'Ana to be heard' })
    speak(ben)
    await until(() => heard() === 'Ana Ben', { what: 'both to be heard' })
    speak()
    speak(eva)
    await until(() => heard() === 'Ben Eva', { what: 'the longest silent one to make room' })
  })

  it('takes a hint at once, and back when nothing is heard', async () => {
    const { people, heard, speak } = await open()
    const [ana, ben] = people as [SignalingPeer, SignalingPeer]
    await ana.request('hintVoice', {})
    await ben.request('hintVoice', {})
    await until(() => heard() === 'Ana Ben', { what: 'both to be heard' })
    speak(ana)
    await until(() => heard() === 'Ana', { what: 'who was not heard to be dropped' })
  })

  it('forwards everyone again when enough have muted', async () => {
    const { people, mics, heard } = await open()
    for (const at of [0, 1]) await people[at]?.request('pauseProducer', { producerId: mics[at] as never })
    await until(() => heard() === 'Ana Ben Eva Max', { what: 'everyone to be forwarded' })
  })
})
