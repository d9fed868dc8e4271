import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { SqliteRoomStore } from '../../server/store/SqliteRoomStore.ts'
import type { Identity, RoomId } from '../../shared/ids.ts'
import { FakeBus } from '../support/FakeBus.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { place, SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const SECRET = 'f3b1c9d27a6e4805b2d8e6f1a7c3905e'

/** A room whose people are on several nodes; the store is one, as Redis would be. */
async function startNodes(settings: Record<string, string> = {}) {
  const bus = new FakeBus()
  const store = SqliteRoomStore.open({ file: ':memory:', now: Date.now, graceMs: 1000 })
  const start = async (name: string) => {
    const [media, cluster] = [new FakeMedia(), bus.node(name)]
    const node = await startNode({ media, cluster, store, settings: { TOKEN_SECRETS: SECRET, ...settings } })
    return { media, cluster, ...node }
  }
  return { bus, a: await start('a'), b: await start('b'), c: await start('c') }
}

const join = ({ url }: { url: string }, name: string) => SignalingPeer.join(url, { room: 'r', name })

describe('a room over several nodes', () => {
  it('shows everyone to everyone, from the first moment', async () => {
    const { a, b, c } = await startNodes()
    const ana = await join(a, 'Ana')
    const ben = await join(b, 'Ben')
    expect(ben.joined?.peers.map(({ name }) => name).sort()).toEqual(['Ana', 'Ben'])
    expect((await ana.next('peerJoined')).peer).toMatchObject({ id: ben.id, name: 'Ben', role: 'speaker' })
    const cleo = await join(c, 'Cleo')
    expect(cleo.joined?.peers.map(({ name }) => name).sort()).toEqual(['Ana', 'Ben', 'Cleo'])
    await ben.request('setHand', { raised: true })
    await cleo.next('peerChanged', ({ peer }) => peer.id === ben.id && peer.handRaisedAt !== undefined)
    await ben.request('leave', {})
    expect(await ana.next('peerLeft')).toEqual({ peerId: ben.id, reason: 'left' })
    await cleo.next('peerLeft')
  })

  it('carries what is published to viewers on other nodes, and what they want back', async () => {
    const { a, b } = await startNodes()
    const ana = await join(a, 'Ana')
    const cam = await ana.publish('cam')
    const ben = await join(b, 'Ben')
    expect(ben.joined?.consumers).toMatchObject([{ producerId: cam, peerId: ana.id, source: 'cam' }])
    const mic = await ana.publish('mic')
    expect((await ben.next('consumersAdded')).consumers).toMatchObject([{ producerId: mic, source: 'mic' }])
    const tile = { peerId: ana.id, source: 'cam' as const, width: 1280, height: 720 }
    await ben.request('setViewport', { tiles: [] })
    // Nobody anywhere looks: after a while nothing is sent.
    await ana.next('demandChanged', ({ spatialLayer }) => spatialLayer === -1)
    await ben.request('setViewport', { tiles: [tile] })
    const before = ana.all('demandChanged').length
    await until(
      () =>
        ana
          .all('demandChanged')
          .slice(before)
          .some(({ spatialLayer }) => spatialLayer >= 0) || ana.all('demandChanged').at(-1)?.spatialLayer !== -1,
      {
        what: 'Ana to be asked for her camera',
      },
    )
    await ana.request('closeProducer', { producerId: cam })
    await until(() => ben.all('consumersRemoved').flatMap(({ consumerIds }) => consumerIds).length >= 2, {
      what: 'both consumers of the camera to go',
    })
  })

  it('talks across: to everyone, to one, with signs, and takes words back', async () => {
    const { a, b, c } = await startNodes()
    const [ana, ben, cleo] = [await join(a, 'Ana'), await join(b, 'Ben'), await join(c, 'Cleo')]
    const { message } = await ben.request('sendChat', { text: 'hello' })
    for (const peer of [ana, ben, cleo]) expect((await peer.next('chatMessage')).message).toEqual(message)
    await ben.request('sendChat', { text: 'psst', to: ana.id })
    await ana.next('chatMessage', ({ message: { text } }) => text === 'psst')
    await ben.request('sendReaction', { reaction: '👍' })
    expect(await cleo.next('reaction')).toEqual({ peerId: ben.id, reaction: '👍' })
    await ana.request('deleteChatMessage', { messageId: message.id })
    for (const peer of [ben, cleo]) expect(await peer.next('chatMessageDeleted')).toEqual({ messageId: message.id })
    expect(cleo.all('chatMessage').map(({ message: { text } }) => text)).toEqual(['hello'])
    const dan = await join(c, 'Dan')
    expect(dan.joined?.chat).toEqual([])
  })

  it('hears who speaks on every node, the loudest first', async () => {
    const { a, b } = await startNodes()
    const [ana, ben] = [await join(a, 'Ana'), await join(b, 'Ben')]
    const [here, there] = [[...a.media.rooms][0], [...b.media.rooms][0]]
    there?.emit('voices', [{ peerId: ben.id, volume: -30 }])
    expect(await ana.next('speakersChanged')).toEqual({ speakers: [ben.id] })
    here?.emit('voices', [{ peerId: ana.id, volume: -20 }])
    await ben.next('speakersChanged', ({ speakers }) => speakers.join() === [ana.id, ben.id].join())
    there?.emit('voices', [])
    await ana.next('speakersChanged', ({ speakers }) => speakers.join() === ana.id)
  })

  it('lets a moderator do to people on other nodes what they may', async () => {
    const { a, b } = await startNodes()
    const [ana, ben] = [await join(a, 'Ana'), await join(b, 'Ben')]
    const mic = await ben.publish('mic')
    await ana.request('setForcedMute', { peerId: ben.id, source: 'mic', muted: true })
    expect((await ben.next('selfChanged')).self.forcedMute).toEqual(['mic'])
    await ana.next('peerChanged', ({ peer }) => peer.published[0]?.paused === true)
    await expect(ben.request('resumeProducer', { producerId: mic })).rejects.toMatchObject({ code: 'notAllowed' })
    await ana.request('setRole', { peerId: ben.id, role: 'moderator' })
    await ben.next('selfChanged', ({ self }) => self.role === 'moderator')
    // Whoever is above stays above, wherever they are.
    await ana.next('peerChanged', ({ peer }) => peer.role === 'moderator')
    await expect(ben.request('removePeer', { peerId: ana.id })).rejects.toMatchObject({ code: 'notAllowed' })
    const cleo = await join(b, 'Cleo')
    await cleo.publish('mic')
    await ana.next('peerJoined', ({ peer }) => peer.id === cleo.id)
    await ana.request('setForcedMute', { source: 'mic', muted: true })
    await cleo.next('selfChanged', ({ self }) => self.forcedMute.includes('mic'))
    await ana.request('banPeer', { peerId: cleo.id })
    expect(await cleo.next('sessionEnded')).toEqual({ reason: 'banned' })
    await until(() => ana.all('peerLeft').some(({ peerId }) => peerId === cleo.id), { what: 'Cleo to be gone' })
    // On whichever node she comes back.
    for (const node of [a, b]) {
      const again = await SignalingPeer.open(node.url, { room: 'r', token: cleo.ticket })
      await expect(
        again.request('join', { rtpCapabilities: { codecs: [], headerExtensions: [] } }),
      ).rejects.toMatchObject({
        code: 'banned',
      })
    }
  })

  it.each([
    ['banPeer', 'banned', 'banned'],
    ['removePeer', 'removed', 'unauthorized'],
    ['moveToLobby', 'movedToLobby', 'inLobby'],
  ] as const)('has somebody go whose node does not answer: %s', async (request, reason, code) => {
    const { a, b } = await startNodes()
    const [ana, ben] = [await join(a, 'Ana'), await join(b, 'Ben')]
    await ana.next('peerJoined')
    b.cluster.answer = undefined
    await expect(ana.request('setRole', { peerId: ben.id, role: 'listener' })).rejects.toMatchObject({
      code: 'notReady',
    })
    await expect(ben.request(request, { peerId: ana.id })).rejects.toMatchObject({ code: 'notAllowed' })
    await ana.request(request, { peerId: ben.id })
    expect(await ben.next('sessionEnded')).toEqual({ reason })
    await until(() => ana.all('peerLeft').some(({ peerId }) => peerId === ben.id), { what: 'Ben to be gone' })
    const again = await SignalingPeer.open(b.url, { room: 'r', token: ben.ticket })
    await expect(again.request('join', { rtpCapabilities: a.media.rtpCapabilities })).rejects.toMatchObject({
      code,
    })
  })

  it('has one lock, one lobby, one end', async () => {
    const { a, b } = await startNodes()
    const [ana, ben] = [await join(a, 'Ana'), await join(b, 'Ben')]
    await ana.request('setRules', { lobby: true })
    expect((await ben.next('roomChanged')).room.lobby).toBe(true)
    const cleo = await SignalingPeer.open(b.url, { room: 'r', name: 'Cleo' })
    const entry = { rtpCapabilities: a.media.rtpCapabilities }
    await expect(cleo.request('join', entry)).rejects.toMatchObject({ code: 'inLobby' })
    const { lobby } = await ana.next('lobbyChanged')
    expect(lobby).toMatchObject([{ name: 'Cleo' }])
    await ana.request('admitPeer', { peerId: lobby[0]?.peerId ?? ana.id })
    await cleo.next('admitted')
    await cleo.request('join', entry)
    await ana.next('lobbyChanged', (waiting) => waiting.lobby.length === 0)
    await ana.request('setRules', { lobby: false, locked: true })
    await ben.next('roomChanged', ({ room }) => room.locked)
    await expect(SignalingPeer.open(b.url, { room: 'r', name: 'Dan' })).rejects.toMatchObject({ code: 'noEntry' })
    await ana.request('endCall', {})
    for (const peer of [ben, cleo]) expect(await peer.next('sessionEnded')).toEqual({ reason: 'callEnded' })
  })

  it('keeps somebody on one node at a time: the latest visit counts, and the one before goes on until it is left', async () => {
    const { a, b, c } = await startNodes()
    const [ana, ben, cleo] = [await join(a, 'Ana'), await join(a, 'Ben'), await join(c, 'Cleo')]
    const dan = await join(b, 'Dan')
    const viewers = [ben, cleo, dan]
    const before = await ana.publish('cam')
    const received = (peer: SignalingPeer) => {
      const removed = new Set(peer.all('consumersRemoved').flatMap(({ consumerIds }) => consumerIds))
      const added = [
        ...(peer.joined?.consumers ?? []),
        ...peer.all('consumersAdded').flatMap(({ consumers }) => consumers),
      ]
      return added.filter(({ id }) => !removed.has(id)).map(({ producerId }) => producerId)
    }
    const receive = async (...producerIds: string[]) => {
      for (const peer of viewers)
        await until(() => received(peer).join() === producerIds.join(), {
          what: () => `${producerIds}, not ${received(peer)}`,
        })
    }
    await ana.request('setHand', { raised: true })
    await receive(before)
    const ana0 = cleo.all('peerChanged').at(-1)?.peer

    // Seen and heard from where she was, until she sends from where she is, and has let go.
    const moved = await SignalingPeer.join(b.url, { room: 'r', token: ana.ticket })
    expect(moved.id).toBe(ana.id)
    expect(moved.joined?.self.role).toBe('host')
    await receive(before)
    const { joinedAt, handRaisedAt } = ana0 ?? {}
    for (const peer of viewers) {
      const last = () => peer.all('peerChanged').at(-1)?.peer
      await until(() => last()?.id === ana.id && last()?.handRaisedAt === handRaisedAt, { what: 'Ana, as she was' })
      expect(last()).toMatchObject({ joinedAt, published: [{ producerId: before }] })
    }
    const after = await moved.publish('cam')
    await receive(before, after)
    for (const peer of viewers)
      await peer.next(
        'peerChanged',
        (change) => change.peer.published.map(({ producerId }) => producerId).join() === after,
      )
    await ana.request('leave', {})
    await receive(after)

    const eva = await join(c, 'Eva')
    expect(eva.joined?.peers.map(({ name }) => name).sort()).toEqual(['Ana', 'Ben', 'Cleo', 'Dan', 'Eva'])
    for (const peer of viewers) expect(peer.all('peerLeft')).toEqual([])
    expect(ana.all('sessionEnded')).toEqual([])
  })

  it('has one host when two open it at once, each on a node of their own', async () => {
    const { bus, a, b } = await startNodes()
    const entry = { rtpCapabilities: a.media.rtpCapabilities }
    const ana = await SignalingPeer.open(a.url, { room: 'r', name: 'Ana' })
    const ben = await SignalingPeer.open(b.url, { room: 'r', name: 'Ben' })
    // Both nodes know the room, in which nobody is yet.
    for (const peer of [ana, ben]) await peer.request('warmUp', entry)
    const arrive = bus.hold()
    for (const peer of [ana, ben]) expect((await peer.request('join', entry)).self.role).toBe('host')
    arrive()
    expect((await ben.next('selfChanged')).self.role).toBe('speaker')
    await ana.next('peerChanged', ({ peer }) => peer.name === 'Ben' && peer.role === 'speaker')
    expect(ana.all('selfChanged')).toEqual([])
    const cleo = await join(a, 'Cleo')
    expect(cleo.joined?.peers.map(({ name, role }) => `${name} ${role}`).sort()).toEqual([
      'Ana host',
      'Ben speaker',
      'Cleo speaker',
    ])
  })

  it('has one role for all visits of somebody who moves', async () => {
    const { a, b } = await startNodes()
    const [ana, ben, cleo] = [await join(a, 'Ana'), await join(a, 'Ben'), await join(a, 'Cleo')]
    await ana.request('setRole', { peerId: ben.id, role: 'host' })
    await ben.next('selfChanged', ({ self }) => self.role === 'host')
    const ticket = (await ben.next('ticketChanged')).ticket
    const moved = await SignalingPeer.join(b.url, { room: 'r', token: ticket })
    expect(moved.joined?.self.role).toBe('host')
    await ana.next('peerChanged', ({ peer }) => peer.id === ben.id && peer.role === 'host')
    await until(() => [...b.media.rooms].length > 0, { what: 'the room' })
    await ana.request('setRole', { peerId: ben.id, role: 'speaker' })
    await moved.next('selfChanged', ({ self }) => self.role === 'speaker')
    await ben.next('selfChanged', ({ self }) => self.role === 'speaker')
    // The visit before lives for a moment, and may do no more than the later one.
    await expect(ben.request('setRole', { peerId: ben.id, role: 'host' })).rejects.toMatchObject({ code: 'notAllowed' })
    await expect(ben.request('removePeer', { peerId: cleo.id })).rejects.toMatchObject({ code: 'notAllowed' })
  })

  it('keeps a forced mute that is told to the visit before', async () => {
    const { a, b } = await startNodes()
    const [, ben] = [await join(a, 'Ana'), await join(a, 'Ben')]
    const moved = await SignalingPeer.join(b.url, { room: 'r', token: ben.ticket })
    const mic = await moved.publish('mic')
    // As node A says when it does not know of the later visit yet.
    const { sub } = decodeJwt(ben.ticket)
    const room = b.cluster.rooms.get('r' as RoomId)
    const patch = { forcedMute: ['mic' as const], role: 'listener' as const }
    room?.listener.handleEvent(a.cluster.nodeId, 'member', {
      identity: sub as Identity,
      patch: { forcedMute: ['mic'] },
    })
    expect((await moved.next('selfChanged')).self.forcedMute).toEqual(['mic'])
    await expect(moved.request('resumeProducer', { producerId: mic })).rejects.toMatchObject({ code: 'notAllowed' })
    room?.listener.handleEvent(a.cluster.nodeId, 'member', { identity: sub as Identity, patch })
    expect(await moved.next('ownProducersClosed')).toEqual({ producerIds: [mic] })
  })

  it('ends the older visit of an identity on another node', async () => {
    const { a, b } = await startNodes()
    const { token } = await place(a.url, 'r', 'Ana')
    const ana = await SignalingPeer.join(a.url, { room: 'r', token })
    const later = await SignalingPeer.join(b.url, { room: 'r', token })
    expect(later.id).not.toBe(ana.id)
    expect(await ana.next('sessionEnded')).toEqual({ reason: 'replaced' })
    await later.next('peerLeft', ({ peerId }) => peerId === ana.id)
    expect(later.all('sessionEnded')).toEqual([])
  })

  it('loses only those who were on a node that is gone', async () => {
    const { bus, a, b, c } = await startNodes()
    const [ana, ben, cleo] = [await join(a, 'Ana'), await join(b, 'Ben'), await join(c, 'Cleo')]
    bus.kill(a.cluster)
    for (const peer of [ben, cleo]) expect(await peer.next('peerLeft')).toMatchObject({ peerId: ana.id })
    await ben.request('sendChat', { text: 'still here' })
    await cleo.next('chatMessage')
    await expect(ben.request('sendChat', { text: 'gone', to: ana.id })).rejects.toMatchObject({ code: 'notFound' })
  })

  it('has a host again when the one on another node is gone for good, and only one', async () => {
    const { bus, a, b, c } = await startNodes({ HOST_GRACE: '0' })
    const [, ben, cleo] = [await join(a, 'Ana'), await join(b, 'Ben'), await join(c, 'Cleo')]
    bus.kill(a.cluster)
    await ben.next('selfChanged', ({ self }) => self.role === 'host')
    await cleo.next('peerChanged', ({ peer }) => peer.id === ben.id && peer.role === 'host')
    expect(cleo.all('selfChanged')).toEqual([])
  })

  it('counts the people of all nodes, and the screens', async () => {
    const { a, b } = await startNodes({ SCREEN_SHARES: 'one' })
    const [ana, ben] = [await join(a, 'Ana'), await join(b, 'Ben')]
    await ana.publish('screen')
    await ben.next('peerChanged', ({ peer }) => peer.published.length > 0)
    await expect(ben.publish('screen')).rejects.toMatchObject({ code: 'screenTaken' })
    await ana.request('setRules', { maxPeers: 2 })
    await ben.next('roomChanged')
    const cleo = await SignalingPeer.open(b.url, { room: 'r', name: 'Cleo' }).catch((error: unknown) => error)
    expect(cleo).toMatchObject({ code: 'noEntry' })
  })
})
