/** The way in over HTTP: rooms that are made, links, passwords, invites, tokens, and what the server keeps to itself. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { SignJWT } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CreatedRoom, PlacementRequest } from '../../shared/protocol.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { fullCapabilities } from '../support/rtp.ts'
import { place, post, SignalingPeer } from '../support/SignalingPeer.ts'
import { openNode, quickPasswords, startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const entry = { rtpCapabilities: fullCapabilities() }
const refused = (code: string) => expect.objectContaining({ ok: false, error: expect.objectContaining({ code }) })
const hostSecretOf = ({ hostLink }: CreatedRoom) => hostLink.split('#host=')[1] ?? ''

async function start(settings: Record<string, string> = {}) {
  const passwords = quickPasswords()
  const { url } = await startNode({ media: new FakeMedia(), settings, passwords })
  const create = async (body: object = {}, headers: Record<string, string> = {}) =>
    (await post(`${url}/api/v1/rooms`, body, headers)).body as CreatedRoom
  const enter = (room: string, credentials: Partial<PlacementRequest> = {}, name = 'Ana') =>
    SignalingPeer.join(url, { room, name, credentials })
  /** The answer as bytes, and how many hashes it took. */
  const probe = async (
    room: string,
    credentials: Partial<PlacementRequest> = {},
    more: Record<string, string> = {},
  ) => {
    const before = passwords.hashes
    const headers = { 'content-type': 'application/json', ...more }
    const body = JSON.stringify({ name: 'Eve', ...credentials })
    const response = await fetch(`${url}/api/v1/rooms/${room}/join`, { method: 'POST', headers, body })
    return { status: response.status, text: await response.text(), hashes: passwords.hashes - before }
  }
  return { url, passwords, create, enter, probe }
}

describe('a room that is made', () => {
  it('has a link for guests and one that makes host', async () => {
    const { create, enter } = await start()
    const room = await create()
    expect(room.roomId).toMatch(/^(?:[0-9a-z]{5}-){4}[0-9a-z]{5}$/)
    expect(room.guestLink).toBe(`/r/${room.roomId}`)
    const guest = await enter(room.roomId)
    expect(guest.joined?.self.role).toBe('speaker')
    const host = await enter(room.roomId, { hostSecret: hostSecretOf(room) })
    expect(host.joined?.self.role).toBe('host')
    const liar = await enter(room.roomId, { hostSecret: `${hostSecretOf(room)}x` })
    expect(liar.joined?.self.role).toBe('speaker')
  })

  it('has the rules that it was given', async () => {
    const { create, enter } = await start()
    const room = await create({ rules: { muteOnEntry: true, maxPeers: 5 }, password: 'p' })
    const host = await enter(room.roomId, { hostSecret: hostSecretOf(room) })
    expect(host.joined?.room).toMatchObject({ muteOnEntry: true, maxPeers: 5, hasPassword: true, locked: false })
  })

  it('is named by the server where anyone may make rooms', async () => {
    const { url } = await start()
    const { status, body } = await post(`${url}/api/v1/rooms`, { roomId: 'mine' })
    expect([status, body]).toMatchObject([400, { error: { code: 'invalidInput' } }])
    expect((await post(`${url}/api/v1/rooms`, { surprise: 1 })).status).toBe(400)
  })

  it('is not made without end by one address where anyone may make rooms', async () => {
    const { url } = await start({ CONNECTIONS_PER_ADDRESS: '500' })
    const make = async () => (await post(`${url}/api/v1/rooms`, {})).status
    const statuses: number[] = []
    for (let at = 0; at < 110; at++) statuses.push(await make())
    expect(new Set(statuses.slice(0, 100))).toEqual(new Set([201]))
    expect(statuses.at(-1)).toBe(429)
  })

  it('needs the key where one is set, and then may have a name', async () => {
    const key = randomBytes(24).toString('hex')
    const { url, probe } = await start({ ROOM_CREATION: 'key', ROOM_CREATION_KEY: key })
    const make = (authorization: string) => post(`${url}/api/v1/rooms`, { roomId: 'mine' }, { authorization })
    for (const wrong of ['', key, `Bearer ${key}x`, 'Bearer '])
      expect((await make(wrong)).body).toMatchObject({ error: { code: 'unauthorized' } })
    expect(await probe('mine')).toMatchObject({ status: 403 })
    expect(await make(`Bearer ${key}`)).toMatchObject({ status: 201, body: { roomId: 'mine' } })
    expect((await make(`Bearer ${key}`)).body).toMatchObject({ error: { code: 'conflict' } })
    expect(await probe('mine')).toMatchObject({ status: 200 })
  })
})

describe('an integrator', () => {
  const secret = randomBytes(32).toString('hex')
  const sign = (audience: string, claims: object) =>
    new SignJWT({ sub: 'user-7', name: 'Ana', ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('tertulia')
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(Buffer.from(secret))
  const startIntegrated = () => start({ ROOM_CREATION: 'integrator', TOKEN_SECRETS: secret })

  it('makes rooms and opens them with tokens, and nobody else does', async () => {
    const { url, create, probe } = await startIntegrated()
    expect(await create()).toMatchObject({ error: { code: 'unauthorized' } })
    const headers = async (video: object) => ({ authorization: `Bearer ${await sign('tertulia:api', { video })}` })
    expect(await create({}, await headers({ roomJoin: true }))).toMatchObject({ error: { code: 'unauthorized' } })
    expect(await create({}, await headers({ roomCreate: true }))).toHaveProperty('hostLink')
    expect(await probe('team')).toMatchObject({ status: 403 })
    const token = await sign('tertulia:join', { video: { roomJoin: true, room: 'team', role: 'listener' } })
    const peer = await SignalingPeer.join(url, { room: 'team', credentials: { token } })
    expect(peer.joined?.self).toMatchObject({ role: 'listener', sources: [] })
    expect(peer.joined?.peers[0]?.name).toBe('Ana')
    expect(await probe('other', { token })).toMatchObject({ status: 401 })
  })

  it('grants what its token says and no more', async () => {
    const { url } = await startIntegrated()
    const join = async (sub: string, video: object) => {
      const token = await sign('tertulia:join', { sub, video: { roomJoin: true, room: 'team', ...video } })
      return await SignalingPeer.join(url, { room: 'team', token })
    }
    const ana = await join('ana', { canPublishSources: ['microphone'], canPublishData: false })
    await ana.publish('mic')
    await expect(ana.publish('cam')).rejects.toMatchObject({ code: 'notAllowed' })
    expect(await ana.send('sendChat', { text: 'hello' })).toEqual(refused('notAllowed'))
    const ghost = await join('ghost', { hidden: true })
    expect(ghost.joined?.consumers).toHaveLength(1)
    const blind = await join('blind', { canSubscribe: false, maxTracks: 1 })
    expect(blind.joined?.peers.map(({ id }) => id)).toEqual([ana.id, blind.id])
    expect(blind.joined?.consumers).toEqual([])
    await blind.publish('mic')
    await expect(blind.publish('cam')).rejects.toMatchObject({ code: 'notAllowed' })
    await ana.next('peerJoined', ({ peer }) => peer.id === blind.id)
    expect(ana.all('peerJoined').map(({ peer }) => peer.id)).toEqual([blind.id])
    expect(blind.all('consumersAdded')).toEqual([])
  })

  it.each(['replace', 'allow'] as const)('sees a second entry of one identity: %s', async (policy) => {
    const { url } = await start({ TOKEN_SECRETS: secret, DUPLICATE_IDENTITY: policy })
    const token = await sign('tertulia:join', { video: { roomJoin: true, room: 'team' } })
    const first = await SignalingPeer.join(url, { room: 'team', token })
    const second = await SignalingPeer.join(url, { room: 'team', token })
    expect(second.id).not.toBe(first.id)
    expect(second.joined?.peers).toHaveLength(policy === 'replace' ? 1 : 2)
    if (policy === 'replace') expect(await first.next('sessionEnded')).toEqual({ reason: 'replaced' })
    else expect((await first.next('peerJoined')).peer.id).toBe(second.id)
  })

  it('sees whom a host removes go with all visits, also those that were only being prepared', async () => {
    const { url } = await start({ TOKEN_SECRETS: secret, DUPLICATE_IDENTITY: 'allow' })
    const video = { roomJoin: true, room: 'team' }
    const token = await sign('tertulia:join', { video })
    const admin = await sign('tertulia:join', { sub: 'admin', video: { ...video, roomAdmin: true } })
    const host = await SignalingPeer.join(url, { room: 'team', token: admin })
    const ana = await SignalingPeer.join(url, { room: 'team', token })
    const warm = await SignalingPeer.open(url, { room: 'team', token })
    await warm.request('warmUp', { rtpCapabilities: fullCapabilities() })
    await host.request('removePeer', { peerId: ana.id })
    for (const visit of [ana, warm]) expect(await visit.next('sessionEnded')).toEqual({ reason: 'removed' })
  })

  it('keeps its room from guests who come later: they do not become host over those whom it sent', async () => {
    const { url, enter } = await start({ TOKEN_SECRETS: secret })
    const join = async (video: object) => {
      const token = await sign('tertulia:join', { video: { roomJoin: true, room: 'team', ...video } })
      return await SignalingPeer.join(url, { room: 'team', token })
    }
    await join({ roomAdmin: true })
    expect((await enter('team')).joined?.self.role).toBe('speaker')
  })

  it('keeps a call that outlives its token', async () => {
    const { url } = await startIntegrated()
    const token = await new SignJWT({ sub: 'a', video: { roomJoin: true, room: 'team' } })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('tertulia')
      .setAudience('tertulia:join')
      .setIssuedAt()
      .setExpirationTime('1s')
      .sign(Buffer.from(secret))
    const ana = await SignalingPeer.join(url, { room: 'team', token })
    const isOver = () =>
      SignalingPeer.open(url, { room: 'team', token }).then(
        () => false,
        () => true,
      )
    await until(isOver, { what: 'the token to expire' })
    await expect(ana.request('setHand', { raised: true })).resolves.toEqual({})
    const again = await SignalingPeer.join(url, { room: 'team', token: ana.joined?.ticket ?? '' })
    expect(again.id).toBe(ana.id)
  })
})

describe('whoever has no credential', () => {
  it('learns nothing of a room, not even from the work that it costs', async () => {
    const key = randomBytes(24).toString('hex')
    const { create, enter, probe } = await start({ ROOM_CREATION: 'key', ROOM_CREATION_KEY: key })
    const headers = { authorization: `Bearer ${key}` }
    const locked = await create({ rules: { locked: true } }, headers)
    const secret = await create({ password: 'right' }, headers)
    const both = await create({ password: 'right', rules: { locked: true } }, headers)
    const full = await create({ rules: { maxPeers: 1 } }, headers)
    await enter(full.roomId)
    const rooms = ['absent', locked.roomId, secret.roomId, both.roomId, full.roomId]
    const answers = []
    for (const room of rooms)
      for (const credentials of [
        {},
        { password: 'wrong' },
        { hostSecret: 'wrong' },
        { password: 'x', hostSecret: 'y' },
      ])
        answers.push(await probe(room, credentials))
    expect(answers).toHaveLength(20)
    expect(answers[0]).toMatchObject({ status: 403, hashes: 1 })
    expect(answers[0]?.text).toContain('noEntry')
    for (const answer of answers) expect(answer).toEqual(answers[0])
  })

  it('learns nothing from a thousand questions either', async () => {
    const key = randomBytes(24).toString('hex')
    const settings = { ROOM_CREATION: 'key', ROOM_CREATION_KEY: key, TRUSTED_PROXIES: '127.0.0.1' }
    const { create, probe } = await start(settings)
    const headers = { authorization: `Bearer ${key}` }
    const rooms = {
      absent: 'absent',
      locked: (await create({ rules: { locked: true } }, headers)).roomId,
      'with a password': (await create({ password: 'right' }, headers)).roomId,
      'full, with a password': (await create({ password: 'right', rules: { maxPeers: 1 } }, headers)).roomId,
    }
    const answers = new Set<string>()
    const times = Object.fromEntries(Object.keys(rooms).map((name) => [name, [] as number[]]))
    for (let at = 0; at < 250; at++)
      for (const [name, room] of Object.entries(rooms)) {
        const begun = performance.now()
        answers.add(JSON.stringify(await probe(room, {}, { 'x-forwarded-for': `192.0.2.${at}` })))
        times[name]?.push(performance.now() - begun)
      }
    expect(answers.size).toBe(1)
    expect(JSON.parse([...answers].join())).toMatchObject({ status: 403, hashes: 1 })
    for (const [name, taken] of Object.entries(times)) {
      const sorted = taken.sort((a, b) => a - b)
      console.log(`${name}: median ${sorted[125]?.toFixed(2)} ms, p90 ${sorted[225]?.toFixed(2)} ms`)
    }
  })

  it('is told the true reason only with the right password', async () => {
    const { create, enter, probe } = await start()
    const room = await create({ password: 'right', rules: { maxPeers: 1 } })
    const host = await enter(room.roomId, { hostSecret: hostSecretOf(room) })
    const reason = async (password: string) => (await probe(room.roomId, { password })).text
    expect(await reason('right')).toContain('roomFull')
    await host.request('setRules', { locked: true })
    expect(await reason('right')).toContain('roomLocked')
    expect(await reason('wrong')).toContain('noEntry')
    await host.request('setRules', { locked: false, maxPeers: 9 })
    expect((await enter(room.roomId, { password: 'right' })).joined?.self.role).toBe('speaker')
    await host.request('setPassword', { password: 'other' })
    expect(await reason('right')).toContain('noEntry')
    await host.request('setPassword', { password: null })
    expect(await probe(room.roomId)).toMatchObject({ status: 200, hashes: 0 })
  })

  it('cannot make the server hash without end', async () => {
    const { create, url } = await start()
    const room = await create({ password: 'right' })
    const answers = await Promise.all(
      Array.from({ length: 120 }, () =>
        post(`${url}/api/v1/rooms/${room.roomId}/join`, { name: 'Eve', password: 'x' }),
      ),
    )
    const codes = new Set(answers.map(({ body }) => (body as { error: { code: string } }).error.code))
    expect([...codes].filter((code) => code !== 'noEntry' && code !== 'tooMany')).toEqual([])
    expect((await fetch(`${url}/healthz`)).ok).toBe(true)
  })

  it('cannot guess for long, whether there is such a room or not', async () => {
    const key = randomBytes(24).toString('hex')
    const { create, probe } = await start({ ROOM_CREATION: 'key', ROOM_CREATION_KEY: key })
    const { roomId } = await create({ password: 'right' }, { authorization: `Bearer ${key}` })
    const statuses: number[] = []
    for (let at = 0; at < 70; at++)
      statuses.push((await probe(at % 2 ? roomId : 'absent', { password: String(at) })).status)
    const tried = statuses.filter((status) => status === 403).length
    expect(tried).toBeGreaterThanOrEqual(60)
    expect(tried).toBeLessThan(70)
    expect(statuses.at(-1)).toBe(429)
    expect(await probe(roomId)).toMatchObject({ status: 403 })
  })

  it('cannot keep others from being let in by asking without a password', async () => {
    const { create, probe } = await start({ TRUSTED_PROXIES: '127.0.0.1' })
    const { roomId } = await create({ password: 'right' })
    const statuses: number[] = []
    for (let at = 0; at < 70; at++) statuses.push((await probe(roomId)).status)
    expect(statuses.filter((status) => status === 403).length).toBeGreaterThanOrEqual(60)
    expect(await probe(roomId)).toMatchObject({ status: 429, hashes: 0 })
    const other = { 'x-forwarded-for': '192.0.2.1' }
    expect(await probe(roomId, { password: 'right' }, other)).toMatchObject({ status: 200 })
  })

  it('does not get past a door that was closed after the placement', async () => {
    const { url, create, enter } = await start()
    const room = await create()
    const host = await enter(room.roomId, { hostSecret: hostSecretOf(room) })
    const ana = await SignalingPeer.open(url, { room: room.roomId })
    await host.request('setRules', { locked: true })
    for (const name of ['warmUp', 'join']) expect(await ana.send(name, entry)).toEqual(refused('roomLocked'))
    await host.request('setRules', { locked: false, maxPeers: 1 })
    expect(await ana.send('join', entry)).toEqual(refused('roomFull'))
  })

  it('cannot overfill a room, however many come at once', async () => {
    const { url, create, enter } = await start()
    const room = await create({ rules: { maxPeers: 4 } })
    await enter(room.roomId, { hostSecret: hostSecretOf(room) })
    const crowd = await Promise.all(Array.from({ length: 12 }, () => SignalingPeer.open(url, { room: room.roomId })))
    const answers = await Promise.all(crowd.map((peer) => peer.send('join', entry)))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(3)
    expect(answers.filter(({ ok }) => !ok)).toEqual(Array.from({ length: 9 }, () => refused('roomFull')))
  })
})

describe('an invite', () => {
  const startInvited = async () => {
    const node = await start()
    const room = await node.create({ password: 'right', rules: { lobby: true } })
    const host = await node.enter(room.roomId, { hostSecret: hostSecretOf(room) })
    const { invite } = await host.request('createInvite', { role: 'listener' })
    return { ...node, room: room.roomId, host, invite }
  }

  it('opens the room to one person, past password and lobby', async () => {
    const { url, room, enter, invite } = await startInvited()
    const ana = await enter(room, { invite })
    expect(ana.joined?.self.role).toBe('listener')
    const second = await SignalingPeer.open(url, { room, name: 'Eve', credentials: { invite } })
    // Not even to look at who is there.
    for (const name of ['warmUp', 'join']) expect(await second.send(name, entry)).toEqual(refused('unauthorized'))
    const again = await SignalingPeer.join(url, { room, token: ana.joined?.ticket ?? '' })
    expect(again.id).toBe(ana.id)
  })

  it('is for one room, and can be looked at without being used', async () => {
    const { url, room, probe, enter, invite } = await startInvited()
    expect(await probe('other', { invite })).toMatchObject({ status: 401 })
    expect(await probe(room, { invite: `${invite}x` })).toMatchObject({ status: 401 })
    const warm = await SignalingPeer.open(url, { room, credentials: { invite } })
    await warm.request('warmUp', entry)
    warm.socket.disconnect()
    await enter(room, { invite })
  })

  it('is for a role below one’s own', async () => {
    const { host, room, enter } = await startInvited()
    const { invite } = await host.request('createInvite', { role: 'moderator' })
    const mod = await enter(room, { invite }, 'Moderator')
    expect(mod.joined?.self.role).toBe('moderator')
    expect(await mod.send('createInvite', { role: 'moderator' })).toEqual(refused('notAllowed'))
    await mod.request('createInvite', { role: 'speaker' })
  })

  it('does not open a later room of the same name, and neither does a token', async () => {
    const { url } = await start({ ROOM_GRACE: '0' })
    const join = (name: string) => SignalingPeer.join(url, { room: 'r', name })
    const host = await join('Host')
    const { invite } = await host.request('createInvite', { role: 'speaker' })
    const { token } = await place(url, 'r', 'Eve')
    await host.request('setRules', { locked: true })
    await host.request('leave', {})
    await until(() => place(url, 'r', 'Somebody'), { what: 'the room to be forgotten' })
    await join('Other host')
    for (const visit of [{ token }, { credentials: { invite } }]) {
      const eve = await SignalingPeer.open(url, { room: 'r', ...visit })
      expect(await eve.send('join', entry)).toEqual(refused('unauthorized'))
    }
  })

  it('is void when the one who made it is banned', async () => {
    const { url, room, host, enter } = await startInvited()
    const { invite } = await host.request('createInvite', { role: 'moderator' })
    const eve = await enter(room, { invite }, 'Eve')
    const { invite: hers } = await eve.request('createInvite', { role: 'speaker' })
    await host.request('banPeer', { peerId: eve.id })
    const again = await SignalingPeer.open(url, { room, credentials: { invite: hers } })
    for (const name of ['warmUp', 'join']) expect(await again.send(name, entry)).toEqual(refused('unauthorized'))
  })

  it('does not open a locked room', async () => {
    const { url, room, host, invite } = await startInvited()
    await host.request('setRules', { locked: true })
    const ana = await SignalingPeer.open(url, { room, credentials: { invite } })
    expect(await ana.send('join', entry)).toEqual(refused('roomLocked'))
  })
})

describe('what a room remembers', () => {
  /** A server that the test ends in one way or another. */
  const servers = {
    stopped: async (dataDir: string) => {
      const { url, close } = await openNode({ media: new FakeMedia(), settings: { DATA_DIR: dataDir } })
      return { url, end: close }
    },
    killed: async (dataDir: string) => {
      const script = joinPath(import.meta.dirname, '../support/fakeNodeProcess.ts')
      await writeFile(joinPath(dataDir, 'index.html'), '<!doctype html><title>empty</title>')
      const child = spawn(process.execPath, [script, dataDir, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
      onTestFinished(() => void child.kill('SIGKILL'))
      const [line] = await once(child.stdout, 'data')
      const end = async () => {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      return { url: String(line).trim(), end }
    },
  }

  it.each(['stopped', 'killed'] as const)('outlives a server that is %s', async (how) => {
    const dir = await mkdtemp(joinPath(tmpdir(), 'tertulia-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const first = await servers[how](dir)
    const join = (url: string, name: string, token?: string) =>
      SignalingPeer.join(url, { room: 'r', name, ...(token !== undefined && { token }) })
    const host = await join(first.url, 'Host')
    const [ana, ben] = [await join(first.url, 'Ana'), await join(first.url, 'Ben')]
    await host.request('setForcedMute', { peerId: ana.id, source: 'mic', muted: true })
    await host.request('banPeer', { peerId: ben.id })
    await host.request('sendChat', { text: 'before' })
    await host.request('setPassword', { password: 'right' })
    await host.request('setRules', { locked: true })
    await first.end()

    const { url } = await startNode({ media: new FakeMedia(), settings: { DATA_DIR: dir } })
    await expect(place(url, 'r', 'Eve')).rejects.toMatchObject({ code: 'noEntry' })
    await expect(place(url, 'r', 'Eve', { password: 'right' })).rejects.toMatchObject({ code: 'roomLocked' })
    const banned = await SignalingPeer.open(url, { room: 'r', token: ben.joined?.ticket ?? '' })
    expect(await banned.send('join', entry)).toEqual(refused('banned'))
    const muted = await join(url, 'Ana', ana.joined?.ticket)
    expect(muted.joined?.self).toMatchObject({ role: 'speaker', forcedMute: ['mic'] })
    const back = await join(url, 'Host', host.joined?.ticket)
    expect(back.joined).toMatchObject({ peerId: host.id, self: { role: 'host' }, room: { locked: true } })
    expect(back.joined?.chat.map(({ text }) => text)).toEqual(['before'])
    expect((await back.request('listBans', {})).bans).toMatchObject([{ peerId: ben.id, name: 'Ben', role: 'speaker' }])
    await back.request('liftBan', { peerId: ben.id })
    expect((await join(url, 'Ben', ben.joined?.ticket)).id).toBe(ben.id)
  })

  it('is not made anew by somebody who is refused', async () => {
    const key = randomBytes(24).toString('hex')
    const { url, create, enter, probe } = await start({
      ROOM_CREATION: 'key',
      ROOM_CREATION_KEY: key,
      ROOM_GRACE: '1',
    })
    const room = await create({}, { authorization: `Bearer ${key}` })
    const host = await enter(room.roomId, { hostSecret: hostSecretOf(room) })
    const late = await SignalingPeer.open(url, { room: room.roomId })
    await host.request('leave', {})
    const isForgotten = async () => (await probe(room.roomId)).status === 403
    await until(isForgotten, { what: 'the room to be forgotten' })
    for (const name of ['warmUp', 'join']) expect(await late.send(name, entry)).toEqual(refused('unauthorized'))
    expect(await isForgotten()).toBe(true)
  })

  it('is forgotten when it was empty for long enough', async () => {
    const { url } = await startNode({ media: new FakeMedia(), settings: { ROOM_GRACE: '0' } })
    const host = await SignalingPeer.join(url, { room: 'r', name: 'Host' })
    await host.request('sendChat', { text: 'among us' })
    await host.request('setRules', { locked: true })
    await expect(place(url, 'r', 'Eve')).rejects.toMatchObject({ code: 'noEntry' })
    await host.request('leave', {})
    await until(() => place(url, 'r', 'Eve'), { what: 'the room to be forgotten' })
    const eve = await SignalingPeer.join(url, { room: 'r', name: 'Eve' })
    expect(eve.joined).toMatchObject({ self: { role: 'host' }, chat: [], room: { locked: false } })
  })
})
