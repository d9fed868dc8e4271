/** Who gets into a room, as what, and what they may do there. */
import { describe, expect, it } from 'vitest'
import { can, rightsOf } from '../../server/core/permissions.ts'
import type { Role } from '../../shared/access.ts'
import type { PeerId, ProducerId } from '../../shared/ids.ts'
import type { CreatedRoom } from '../../shared/protocol.ts'
import { REQUEST_STATES, REQUESTS, type RequestName, type RequestState } from '../../shared/requests.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { dtlsParameters, fullCapabilities, opusParameters } from '../support/rtp.ts'
import { post, SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const entry = { rtpCapabilities: fullCapabilities(), dtlsParameters: dtlsParameters() }
const NOBODY = '00000000-0000-4000-8000-000000000000' as PeerId
const refused = (code: string) => expect.objectContaining({ ok: false, error: expect.objectContaining({ code }) })

const start = async (settings: Record<string, string> = {}) => {
  const media = new FakeMedia()
  const { url } = await startNode({ media, settings })
  const join = (name: string) => SignalingPeer.join(url, { room: 'r', name })
  return { media, url, join, open: (name: string) => SignalingPeer.open(url, { room: 'r', name }) }
}

/** A host, and whoever else: each with the role that the host gives. */
async function startWith(...roles: Role[]) {
  const node = await start()
  const host = await node.join('Host')
  const others: SignalingPeer[] = []
  for (const role of roles) {
    const peer = await node.join(role)
    if (role !== 'speaker') await host.request('setRole', { peerId: peer.id, role })
    others.push(peer)
  }
  return { ...node, host, others }
}

const roleOf = (peer: SignalingPeer): Role | undefined =>
  peer.all('selfChanged').at(-1)?.self.role ?? peer.joined?.self.role

describe('roles', () => {
  it('make the first to come host, and the others speakers', async () => {
    const { host, others } = await startWith('speaker')
    expect(host.joined?.self).toMatchObject({ role: 'host', forcedMute: [] })
    expect(others[0]?.joined?.self.role).toBe('speaker')
    expect(others[0]?.joined?.peers.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'Host host',
      'speaker speaker',
    ])
  })

  it('can be given and taken, and everyone sees it', async () => {
    const { host, others, join } = await startWith('speaker')
    const [ana] = others as [SignalingPeer]
    await host.request('setRole', { peerId: ana.id, role: 'moderator' })
    const { self } = await ana.next('selfChanged')
    expect(self.role).toBe('moderator')
    expect(self.actions).toContain('admitPeers')
    expect((await host.next('peerChanged')).peer).toMatchObject({ id: ana.id, role: 'moderator' })
    const ben = await join('Ben')
    await ana.request('setRole', { peerId: ben.id, role: 'listener' })
    for (const [peerId, role] of [
      [ben.id, 'moderator'],
      [ben.id, 'host'],
      [host.id, 'speaker'],
    ] as const)
      expect(await ana.send('setRole', { peerId, role })).toEqual(refused('notAllowed'))
    expect(await ana.send('setRole', { peerId: NOBODY, role: 'speaker' })).toEqual(refused('notFound'))
  })

  it('end what somebody publishes who may no longer', async () => {
    const { host, others } = await startWith('speaker')
    const [ana] = others as [SignalingPeer]
    const mic = await ana.publish('mic')
    await host.request('setRole', { peerId: ana.id, role: 'listener' })
    expect(await ana.next('ownProducersClosed')).toEqual({ producerIds: [mic] })
    await host.next('peerChanged', ({ peer }) => peer.role === 'listener' && peer.published.length === 0)
    await expect(ana.publish('mic')).rejects.toMatchObject({ code: 'notAllowed' })
  })
})

describe('each request, in each state, with each role', () => {
  /** Something that fits the schema of each request; a request without a row does not compile. */
  const inputs = (peer: SignalingPeer, messageId: string): Record<RequestName, unknown> => {
    const transportId = peer.joined?.sendTransport.id ?? NOBODY
    const producerId = NOBODY as unknown as ProducerId
    return {
      warmUp: entry,
      join: entry,
      resume: { lastSeq: 0 },
      leave: {},
      connectTransport: { transportId, dtlsParameters: dtlsParameters() },
      restartIce: { transportId },
      produce: { transportId, source: 'mic', rtpParameters: opusParameters() },
      pauseProducer: { producerId },
      resumeProducer: { producerId },
      closeProducer: { producerId },
      resumeConsumers: { consumerIds: [NOBODY] },
      sendChat: { text: 'hello' },
      setHand: { raised: true },
      sendReaction: { reaction: '👍' },
      hintVoice: {},
      setReception: { mode: 'all' },
      setViewport: { tiles: [] },
      setForcedMute: { peerId: NOBODY, source: 'mic', muted: true },
      stopShare: { peerId: NOBODY },
      admitPeer: { peerId: NOBODY },
      refusePeer: { peerId: NOBODY },
      moveToLobby: { peerId: NOBODY },
      removePeer: { peerId: NOBODY },
      banPeer: { peerId: NOBODY },
      listBans: {},
      liftBan: { peerId: NOBODY },
      setRole: { peerId: NOBODY, role: 'speaker' },
      deleteChatMessage: { messageId },
      setRules: {},
      setPassword: { password: null },
      createInvite: { role: 'speaker' },
      endCall: {},
    }
  }

  /** The same session in that state, in a room of its own. */
  async function sessionIn(state: RequestState, role: Role): Promise<SignalingPeer> {
    const { url, host, others } = state === 'joined' && role !== 'host' ? await startWith(role) : await startWith()
    if (state === 'joined') return others[0] ?? host
    const peer = await SignalingPeer.open(url, { room: 'r' })
    if (state === 'warm') await peer.request('warmUp', entry)
    if (state === 'lobby') {
      await host.request('setRules', { lobby: true })
      expect(await peer.send('join', entry)).toEqual(refused('inLobby'))
    }
    return peer
  }

  const cases = REQUEST_STATES.flatMap((state) =>
    (state === 'joined' ? (['listener', 'speaker', 'moderator', 'host'] as const) : (['speaker'] as const)).map(
      (role) => [state, role] as const,
    ),
  )

  it.each(cases)('%s as %s', async (state, role) => {
    let peer = await sessionIn(state, role)
    const counts = { allowed: 0, forbidden: 0 }
    for (const [name, input] of Object.entries(inputs(peer, NOBODY)) as [RequestName, unknown][]) {
      const allowed = can({ state, rights: rightsOf(role, {}, { chat: 'everyone' }) }, REQUESTS[name])
      const answer = await peer.send(name, input)
      const code = answer.ok ? 'ok' : answer.error.code
      expect(code === 'notAllowed', `${name}: ${code}`).toBe(!allowed)
      counts[allowed ? 'allowed' : 'forbidden']++
      // What was allowed may have changed the state.
      if (allowed && ['join', 'warmUp', 'leave', 'endCall'].includes(name)) peer = await sessionIn(state, role)
    }
    expect(counts.allowed).toBeGreaterThan(0)
    expect(counts.forbidden).toBeGreaterThan(0)
    console.log(`${state} as ${role}: ${counts.allowed} allowed, ${counts.forbidden} forbidden`)
  })
})

describe('the lobby', () => {
  const startLobby = async () => {
    const node = await start()
    const host = await node.join('Host')
    await host.publish('mic')
    await host.request('setRules', { lobby: true })
    const knock = async (name: string) => {
      const peer = await node.open(name)
      expect(await peer.send('join', entry)).toEqual(refused('inLobby'))
      const { lobby } = await host.next('lobbyChanged', (data) => data.lobby.some((waiting) => waiting.name === name))
      const { peerId } = lobby.find((waiting) => waiting.name === name) ?? { peerId: NOBODY }
      return { peer, peerId }
    }
    return { ...node, host, knock }
  }

  it('tells who waits nothing, lets them do nothing, and costs no media', async () => {
    const { media, host, knock } = await startLobby()
    const { peer } = await knock('Ana')
    const [room] = media.rooms
    expect(room?.peers.size).toBe(1)
    expect(await peer.send('setViewport', { tiles: [] })).toEqual(refused('notAllowed'))
    await host.request('sendChat', { text: 'among ourselves' })
    await host.publish('cam')
    await host.next('chatMessage')
    expect(peer.received).toEqual([])
    expect(room?.peers.size).toBe(1)
  })

  it('opens no room for who waits before it', async () => {
    const media = new FakeMedia()
    const { url } = await startNode({ media })
    const { body } = await post(`${url}/api/v1/rooms`, { rules: { lobby: true } })
    const { roomId: room, hostLink } = body as CreatedRoom
    const ana = await SignalingPeer.open(url, { room, name: 'Ana' })
    expect(await ana.send('warmUp', entry)).toEqual(refused('inLobby'))
    expect(await ana.send('join', entry)).toEqual(refused('inLobby'))
    expect(media.rooms.size).toBe(0)
    const hostSecret = hostLink.split('#host=')[1] ?? ''
    const host = await SignalingPeer.join(url, { room, name: 'Host', credentials: { hostSecret } })
    expect(host.joined?.self.role).toBe('host')
    expect(host.joined?.lobby.map(({ name }) => name)).toEqual(['Ana'])
  })

  it('lets in whom somebody admits, and again after a reload', async () => {
    const { url, host, knock } = await startLobby()
    const { peer: ana, peerId } = await knock('Ana')
    await host.request('admitPeer', { peerId })
    await ana.next('admitted')
    const joined = await ana.request('join', entry)
    expect(joined.peerId).toBe(peerId)
    expect((await host.next('peerJoined')).peer.name).toBe('Ana')
    await host.next('lobbyChanged', ({ lobby }) => lobby.length === 0)
    ana.socket.disconnect()
    await host.next('peerLeft')
    const again = await SignalingPeer.join(url, { room: 'r', token: joined.ticket })
    expect(again.id).toBe(peerId)
  })

  it('sends away whom somebody refuses', async () => {
    const { host, knock } = await startLobby()
    const { peer: ana, peerId } = await knock('Ana')
    await host.request('refusePeer', { peerId })
    expect(await ana.next('sessionEnded')).toEqual({ reason: 'refused' })
    expect(await host.send('admitPeer', { peerId })).toEqual(refused('notFound'))
  })

  it('forgets who goes by themselves', async () => {
    const { host, knock } = await startLobby()
    const [{ peer: ana }, { peer: ben }] = [await knock('Ana'), await knock('Ben')]
    await ana.request('leave', {})
    ben.socket.disconnect()
    await host.next('lobbyChanged', ({ lobby }) => lobby.length === 0)
  })

  it('takes back who was in, past their ticket', async () => {
    const { url, host, knock, join } = await startLobby()
    await host.request('setRules', { lobby: false })
    const ana = await join('Ana')
    await host.request('moveToLobby', { peerId: ana.id })
    expect(await ana.next('sessionEnded')).toEqual({ reason: 'movedToLobby' })
    const again = await SignalingPeer.open(url, { room: 'r', token: ana.joined?.ticket ?? '' })
    expect(await again.send('join', entry)).toEqual(refused('inLobby'))
    await host.next('lobbyChanged', ({ lobby }) => lobby.some(({ peerId }) => peerId === ana.id))
    await host.request('admitPeer', { peerId: ana.id })
    await again.next('admitted')
    expect((await again.request('join', entry)).peerId).toBe(ana.id)
    expect(knock).toBeDefined()
  })

  it('is where a warm visit ends when the door was closed meanwhile', async () => {
    const { media, host, open } = await startLobby()
    await host.request('setRules', { lobby: false })
    const ana = await open('Ana')
    await ana.request('warmUp', entry)
    const [room] = media.rooms
    expect(room?.peers.size).toBe(2)
    await host.request('setRules', { lobby: true })
    expect(await ana.send('join', entry)).toEqual(refused('inLobby'))
    expect(room?.peers.size).toBe(1)
  })
})

describe('a forced mute', () => {
  const startMuted = async () => {
    const { host, others, ...node } = await startWith('speaker', 'speaker', 'moderator')
    const [ana, ben, mod] = others as [SignalingPeer, SignalingPeer, SignalingPeer]
    const mic = await ana.publish('mic')
    return { ...node, host, ana, ben, mod, mic }
  }
  const isPaused = (media: FakeMedia, mic: ProducerId) =>
    [...media.rooms].flatMap((room) => [...room.peers]).some((peer) => peer.pausedProducers.has(mic))

  it('holds until it is allowed again, and then unmutes nobody', async () => {
    const { media, host, ana, mic } = await startMuted()
    await host.request('setForcedMute', { peerId: ana.id, source: 'mic', muted: true })
    expect(isPaused(media, mic)).toBe(true)
    expect((await ana.next('selfChanged')).self.forcedMute).toEqual(['mic'])
    expect((await host.next('peerChanged', ({ peer }) => peer.forcedMute.length > 0)).peer.id).toBe(ana.id)
    expect(await ana.send('resumeProducer', { producerId: mic })).toEqual(refused('notAllowed'))
    await ana.request('closeProducer', { producerId: mic })
    await expect(ana.publish('mic')).rejects.toMatchObject({ code: 'notAllowed' })
    const next = await ana.publish('mic', { paused: true })
    await host.request('setForcedMute', { peerId: ana.id, source: 'mic', muted: false })
    await ana.next('selfChanged', ({ self }) => self.forcedMute.length === 0)
    expect(isPaused(media, next)).toBe(true)
    await ana.request('resumeProducer', { producerId: next })
    expect(isPaused(media, next)).toBe(false)
  })

  it('of everyone spares those who may do it themselves, and who comes later', async () => {
    const { host, ana, ben, mod, join, media, mic } = await startMuted()
    await mod.request('setForcedMute', { source: 'mic', muted: true })
    for (const peer of [ana, ben]) expect((await peer.next('selfChanged')).self.forcedMute).toEqual(['mic'])
    expect(isPaused(media, mic)).toBe(true)
    const later = await join('Later')
    expect(later.joined?.self.forcedMute).toEqual([])
    expect(later.joined?.peers.filter(({ forcedMute }) => forcedMute.length > 0).map(({ id }) => id)).toEqual([
      ana.id,
      ben.id,
    ])
    await host.request('setRules', { muteOnEntry: true })
    expect((await join('Latest')).joined?.self.forcedMute).toEqual(['mic'])
  })

  it('stays over a reload and a demotion of nobody else', async () => {
    const { url, host, ana } = await startMuted()
    await host.request('setForcedMute', { peerId: ana.id, source: 'mic', muted: true })
    const { ticket } = await ana.next('ticketChanged')
    ana.socket.disconnect()
    await host.next('peerLeft')
    const again = await SignalingPeer.join(url, { room: 'r', token: ticket })
    expect(again.id).toBe(ana.id)
    expect(again.joined?.self.forcedMute).toEqual(['mic'])
  })

  it('of a moderator stays over a reload too, until they lead the call', async () => {
    const { url, host, mod } = await startMuted()
    await host.request('setForcedMute', { peerId: mod.id, source: 'mic', muted: true })
    const again = await SignalingPeer.join(url, { room: 'r', token: mod.joined?.ticket ?? '' })
    expect(again.joined?.self).toMatchObject({ role: 'moderator', forcedMute: ['mic'] })
    const mic = await again.publish('mic', { paused: true })
    await host.request('setRole', { peerId: again.id, role: 'host' })
    await again.next('selfChanged', ({ self }) => self.role === 'host' && self.forcedMute.length === 0)
    await again.request('resumeProducer', { producerId: mic })
  })

  it('is not for those above, nor for oneself', async () => {
    const { host, ana, mod } = await startMuted()
    const input = { source: 'mic', muted: true }
    expect(await mod.send('setForcedMute', { ...input, peerId: host.id })).toEqual(refused('notAllowed'))
    expect(await mod.send('setForcedMute', { ...input, peerId: mod.id })).toEqual(refused('notAllowed'))
    expect(await ana.send('setForcedMute', { ...input, peerId: host.id })).toEqual(refused('notAllowed'))
  })
})

describe('what a moderator does', () => {
  it('stops a share, and the person may begin another', async () => {
    const { host, others } = await startWith('speaker')
    const [ana] = others as [SignalingPeer]
    const ids = [await ana.publish('screen'), await ana.publish('screenAudio')]
    const mic = await ana.publish('mic')
    await host.request('stopShare', { peerId: ana.id })
    expect(await ana.next('ownProducersClosed')).toEqual({ producerIds: ids })
    await host.next(
      'peerChanged',
      ({ peer: { published } }) => published.length === 1 && published[0]?.producerId === mic,
    )
    await ana.publish('screen')
  })

  it('takes a message back, also from history', async () => {
    const { host, others, join } = await startWith('speaker')
    const [ana] = others as [SignalingPeer]
    const { message } = await ana.request('sendChat', { text: 'oops' })
    expect(await ana.send('deleteChatMessage', { messageId: message.id })).toEqual(refused('notAllowed'))
    await host.request('deleteChatMessage', { messageId: message.id })
    expect(await ana.next('chatMessageDeleted')).toEqual({ messageId: message.id })
    expect((await join('Later')).joined?.chat).toEqual([])
    expect(await host.send('deleteChatMessage', { messageId: message.id })).toEqual(refused('notFound'))
  })

  it('closes the chat, wholly or for others', async () => {
    const { host, others } = await startWith('speaker')
    const [ana] = others as [SignalingPeer]
    await host.request('setRules', { chat: 'moderators' })
    expect((await ana.next('roomChanged')).room.chat).toBe('moderators')
    await ana.next('selfChanged', ({ self }) => !self.actions.includes('chat'))
    expect(await ana.send('sendChat', { text: 'hello' })).toEqual(refused('notAllowed'))
    await host.request('sendChat', { text: 'listen' })
    await host.request('setRules', { chat: 'off' })
    expect(await host.send('sendChat', { text: 'hello' })).toEqual(refused('notAllowed'))
  })

  it('removes somebody: token and ticket are void, the link still leads in', async () => {
    const { url, host, join } = await start().then(async (node) => ({ ...node, host: await node.join('Host') }))
    const ana = await join('Ana')
    await host.request('removePeer', { peerId: ana.id })
    expect(await ana.next('sessionEnded')).toEqual({ reason: 'removed' })
    expect((await host.next('peerLeft')).reason).toBe('removed')
    const again = await SignalingPeer.open(url, { room: 'r', token: ana.joined?.ticket ?? '' })
    expect(await again.send('join', entry)).toEqual(refused('unauthorized'))
    await join('Ana')
  })

  it('bans somebody, who does not get past it with a ticket', async () => {
    const { url, host, join } = await start().then(async (node) => ({ ...node, host: await node.join('Host') }))
    const ana = await join('Ana')
    await host.request('banPeer', { peerId: ana.id })
    expect(await ana.next('sessionEnded')).toEqual({ reason: 'banned' })
    const again = await SignalingPeer.open(url, { room: 'r', token: ana.joined?.ticket ?? '' })
    for (const name of ['warmUp', 'join']) expect(await again.send(name, entry)).toEqual(refused('banned'))
  })

  it('lets who is banned in again, if one could have banned them', async () => {
    const { url, host, others, join } = await startWith('moderator', 'speaker')
    const [mod, ana] = others as [SignalingPeer, SignalingPeer]
    const ben = await join('Ben')
    await host.request('setRole', { peerId: ben.id, role: 'moderator' })
    await host.request('banPeer', { peerId: ben.id })
    await mod.request('banPeer', { peerId: ana.id })
    const bans = async (peer: SignalingPeer) => (await peer.request('listBans', {})).bans.map(({ name }) => name)
    expect(await bans(mod)).toEqual(['speaker'])
    expect([...(await bans(host))].sort()).toEqual(['Ben', 'speaker'])
    expect(await mod.send('liftBan', { peerId: ben.id })).toEqual(refused('notAllowed'))
    await mod.request('liftBan', { peerId: ana.id })
    expect(await mod.send('liftBan', { peerId: ana.id })).toEqual(refused('notFound'))
    expect(await bans(host)).toEqual(['Ben'])
    const back = await SignalingPeer.join(url, { room: 'r', token: ana.joined?.ticket ?? '' })
    expect([back.id, back.joined?.self.role]).toEqual([ana.id, 'speaker'])
    const kept = await SignalingPeer.open(url, { room: 'r', token: ben.joined?.ticket ?? '' })
    expect(await kept.send('join', entry)).toEqual(refused('banned'))
  })

  it('ends the call for everyone, also in the lobby, and is answered', async () => {
    const { host, others, open } = await startWith('speaker')
    await host.request('setRules', { lobby: true })
    const waiting = await open('Ana')
    expect(await waiting.send('join', entry)).toEqual(refused('inLobby'))
    await expect(host.request('endCall', {})).resolves.toEqual({})
    for (const peer of [host, waiting, ...others])
      expect(await peer.next('sessionEnded')).toEqual({ reason: 'callEnded' })
  })
})

describe('the host', () => {
  it('is followed by the moderator who has been there longest, when gone for too long', async () => {
    const { url } = await startNode({ media: new FakeMedia(), settings: { HOST_GRACE: '0' } })
    const join = (name: string) => SignalingPeer.join(url, { room: 'r', name })
    const host = await join('Host')
    const [speaker, mod] = [await join('Speaker'), await join('Moderator')]
    await host.request('setRole', { peerId: mod.id, role: 'moderator' })
    await host.request('leave', {})
    await mod.next('selfChanged', ({ self }) => self.role === 'host')
    await mod.request('leave', {})
    await speaker.next('selfChanged', ({ self }) => self.role === 'host')
  })

  it('is waited for where the operator wants it so, and is host again', async () => {
    const settings = { HOST_GRACE: '0', HOST_SUCCESSION: 'off' }
    const { url } = await startNode({ media: new FakeMedia(), settings })
    const host = await SignalingPeer.join(url, { room: 'r', name: 'Host' })
    const ana = await SignalingPeer.join(url, { room: 'r', name: 'Ana' })
    host.socket.disconnect()
    await ana.next('peerLeft')
    const again = await SignalingPeer.join(url, { room: 'r', token: host.joined?.ticket ?? '' })
    expect(again.joined?.self.role).toBe('host')
    expect(again.id).toBe(host.id)
    expect(roleOf(ana)).toBe('speaker')
  })
})

describe('a ticket', () => {
  it('takes the place of the visit that it continues', async () => {
    const { url, join } = await start()
    const host = await join('Host')
    const ana = await join('Ana')
    const again = await SignalingPeer.join(url, { room: 'r', token: ana.joined?.ticket ?? '' })
    expect(await ana.next('sessionEnded')).toEqual({ reason: 'replaced' })
    expect(again.id).toBe(ana.id)
    expect(again.joined?.peers.map(({ name }) => name)).toEqual(['Host', 'Ana'])
    expect(await host.next('peerLeft')).toEqual({ peerId: ana.id, reason: 'replaced' })
    await until(() => host.all('peerJoined').length === 2, { what: 'her to be back' })
  })

  it('is replaced when what it says changes, and says no more than what holds', async () => {
    const { url, join } = await start()
    const host = await join('Host')
    const ana = await join('Ana')
    await host.request('setRole', { peerId: ana.id, role: 'moderator' })
    const { ticket } = await ana.next('ticketChanged')
    await host.request('setRole', { peerId: ana.id, role: 'speaker' })
    const again = await SignalingPeer.join(url, { room: 'r', token: ticket })
    expect(again.joined?.self.role).toBe('speaker')
  })

  it('does not open a later room of the same name', async () => {
    const { url } = await startNode({ media: new FakeMedia(), settings: { ROOM_GRACE: '0' } })
    const ana = await SignalingPeer.join(url, { room: 'r', name: 'Ana' })
    await ana.request('leave', {})
    const open = () => SignalingPeer.open(url, { room: 'r', token: ana.joined?.ticket ?? '' })
    await until(async () => (await (await open()).send('join', entry)).ok === false, {
      what: 'the room to be forgotten',
    })
    expect(await (await open()).send('join', entry)).toEqual(refused('unauthorized'))
  })

  it('lets a locked room’s member back in, and nobody who only knows the id', async () => {
    const { url, join } = await start()
    const host = await join('Host')
    const ana = await join('Ana')
    await host.request('setRules', { locked: true })
    ana.socket.disconnect()
    await host.next('peerLeft')
    const [head, body, signature] = (ana.joined?.ticket ?? '').split('.')
    const claims = JSON.parse(Buffer.from(body ?? '', 'base64url').toString())
    const stolen = Buffer.from(JSON.stringify({ ...claims, ticket: { ...claims.ticket, peerId: host.id } }))
    const forged = SignalingPeer.open(url, { room: 'r', token: `${head}.${stolen.toString('base64url')}.${signature}` })
    await expect(forged).rejects.toMatchObject({ message: 'unauthorized' })
    const again = await SignalingPeer.join(url, { room: 'r', token: ana.joined?.ticket ?? '' })
    expect(again.id).toBe(ana.id)
    expect(host.all('sessionEnded')).toEqual([])
  })
})
