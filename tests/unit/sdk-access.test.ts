/** Roles, lobby and moderation as the SDK's callers see them, against the real signalling on fake media. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConferenceClient } from '../../client/sdk/ConferenceClient.ts'
import type { CreatedRoom } from '../../shared/protocol.ts'
import { post } from '../support/SignalingPeer.ts'
import {
  fakeTrack,
  handlerFactory,
  loseRoom,
  seen,
  startCalls,
  stubCertificates,
  untilSeen,
} from '../support/sdkCalls.ts'
import { until } from '../support/until.ts'

const room = { roomId: 'room' }
const idOf = ({ state }: ConferenceClient) => {
  if (!state.self) throw new Error('not joined')
  return state.self.id
}

/** Two people: the first is host. */
async function startTwo() {
  const calls = await startCalls()
  return { ...calls, host: await calls.join('Host'), ana: await calls.join('Ana') }
}

/** What a tab keeps over a reload, for one test. */
function stubTab(): void {
  const kept = new Map<string, string>()
  const sessionStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
  vi.stubGlobal('window', Object.assign(new EventTarget(), { sessionStorage }))
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
}

describe('what one may do', () => {
  it('stands in the state, and changes with the role', async () => {
    const { host, ana } = await startTwo()
    expect(host.state.access).toMatchObject({ role: 'host', inLobby: false, room: { locked: false } })
    expect(ana.state.access.role).toBe('speaker')
    expect(ana.state.access.actions).not.toContain('mutePeers')
    await expect(ana.moderation.setRules({ locked: true })).rejects.toMatchObject({ code: 'notAllowed' })
    await host.moderation.setRole(idOf(ana), 'moderator')
    await until(() => ana.state.access.actions.includes('mutePeers'))
    expect(host.peers[0]?.role).toBe('moderator')
    await ana.moderation.setRules({ locked: true })
    await until(() => host.state.access.room?.locked)
  })

  it('is nothing without a call', async () => {
    const { ana } = await startTwo()
    await ana.leave()
    expect(ana.state.access).toMatchObject({ role: undefined, actions: [] })
    await expect(ana.moderation.endCall()).rejects.toMatchObject({ code: 'notReady' })
  })
})

describe('the lobby', () => {
  it('is waited in until somebody opens, also after a warm-up', async () => {
    const { host, open } = await startTwo()
    const ben = open()
    await ben.publish('mic', fakeTrack('audio'))
    await ben.prepare({ ...room, name: 'Ben' })
    await host.moderation.setRules({ lobby: true })
    const joining = ben.join({ ...room, name: 'Ben' })
    await until(() => ben.state.access.inLobby && host.state.access.lobby.length === 1)
    expect(ben.state).toMatchObject({ connection: 'connecting', peers: [] })
    const [waiting] = host.state.access.lobby
    if (!waiting) throw new Error('nobody waits')
    expect(waiting.name).toBe('Ben')
    await host.moderation.admit(waiting.peerId)
    await joining
    expect(ben.state).toMatchObject({ connection: 'connected', access: { inLobby: false } })
    await untilSeen(host, 'Ben', 'mic')
    expect(host.state.access.lobby).toEqual([])
  })

  it('is known of before the join, for that room alone', async () => {
    stubCertificates()
    const { host, open } = await startTwo()
    await host.moderation.setRules({ lobby: true })
    const ben = open()
    await ben.prepare({ ...room, name: 'Ben' })
    await until(() => ben.state.lobbyAhead)
    await ben.prepare({ roomId: 'another', name: 'Ben' })
    await until(() => !ben.state.lobbyAhead)
    await host.moderation.setRules({ lobby: false })
    await ben.prepare({ ...room, name: 'Ben' })
    expect(ben.state.lobbyAhead).toBe(false)
    await host.moderation.setRules({ lobby: true })
    await ben.prepare({ ...room, name: 'Benny', anew: true })
    await until(() => ben.state.lobbyAhead)
    await ben.leave()
    expect(ben.state.lobbyAhead).toBe(false)
  })

  it('ends in words when somebody refuses, and can be left', async () => {
    const { host, open } = await startTwo()
    await host.moderation.setRules({ lobby: true })
    const [ben, cy] = [open(), open()]
    const joining = [ben, cy].map((client, at) =>
      client.join({ ...room, name: at === 0 ? 'Ben' : 'Cy' }).then(
        () => 'joined',
        (error: { code: string }) => error.code,
      ),
    )
    await until(() => host.state.access.lobby.length === 2)
    const peerId = host.state.access.lobby.find(({ name }) => name === 'Ben')?.peerId
    if (!peerId) throw new Error('Ben does not wait')
    await host.moderation.refuse(peerId)
    expect(await joining[0]).toBe('notAdmitted')
    expect(ben.state).toMatchObject({ connection: 'closed', failure: { code: 'notAdmitted' } })
    await cy.leave()
    expect(await joining[1]).toBe('roomClosed')
    await until(() => host.state.access.lobby.length === 0)
  })

  it('takes back who was in the call, and the call goes on from there', async () => {
    const { host, ana } = await startTwo()
    const before = idOf(ana)
    await host.moderation.moveToLobby(before)
    await until(() => ana.state.access.inLobby && host.state.access.lobby.length === 1)
    expect(ana.state.connection).toBe('reconnecting')
    await host.moderation.admit(before)
    await until(() => ana.state.connection === 'connected')
    expect(idOf(ana)).toBe(before)
  })
})

describe('a forced mute', () => {
  it('mutes here at once, and holds until it is taken back', async () => {
    const { host, ana } = await startTwo()
    const mic = fakeTrack('audio')
    await ana.publish('mic', mic)
    await untilSeen(host, 'Ana', 'mic')
    await host.moderation.setForcedMute(true, idOf(ana))
    await until(() => !mic.enabled)
    await untilSeen(host, 'Ana', 'mic(paused)')
    expect(host.peers[0]?.forcedMute).toEqual(['mic'])
    await expect(ana.setPaused('mic', false)).rejects.toMatchObject({ code: 'notAllowed' })
    expect(mic.enabled).toBe(false)
    await host.moderation.setForcedMute(false, idOf(ana))
    await until(() => ana.state.access.forcedMute.length === 0)
    expect(ana.state.self?.published.mic?.paused).toBe(true)
    await ana.setPaused('mic', false)
    await untilSeen(host, 'Ana', 'mic')
  })

  it('stays over a lost session, and for what is published later', async () => {
    const { host, ana, media } = await startTwo()
    await host.moderation.setForcedMute(true)
    await until(() => ana.state.access.forcedMute.length === 1)
    const mic = fakeTrack('audio')
    await ana.publish('mic', mic, { paused: false })
    expect(mic.enabled).toBe(false)
    await loseRoom(media, [host, ana])
    await untilSeen(host, 'Ana', 'mic(paused)')
    expect(ana.state.access.forcedMute).toEqual(['mic'])
  })
})

describe('what others end', () => {
  it('is unpublished here: a share, and all of who may only listen', async () => {
    const { host, ana } = await startTwo()
    await ana.publish('screen', fakeTrack('video'))
    await ana.publish('mic', fakeTrack('audio'))
    await host.moderation.stopShare(idOf(ana))
    await until(() => ana.state.self?.published.screen === undefined)
    expect(seen(host, 'Ana')).toBe('mic')
    await host.moderation.setRole(idOf(ana), 'listener')
    await until(() => Object.keys(ana.state.self?.published ?? {}).length === 0)
    await expect(ana.publish('mic', fakeTrack('audio'))).rejects.toMatchObject({ code: 'notAllowed' })
  })

  it('is a message, for everyone', async () => {
    const { host, ana } = await startTwo()
    const { id } = await ana.sendChat('oops')
    await until(() => host.state.chat.length === 1)
    await host.moderation.deleteMessage(id)
    await until(() => ana.state.chat.length === 0 && host.state.chat.length === 0)
  })

  it('is a message, also for who is not there at that moment', async () => {
    const { host, ana } = await startTwo()
    const [rude, kept] = [await ana.sendChat('rude'), await ana.sendChat('kept')]
    await host.moderation.moveToLobby(idOf(ana))
    await until(() => ana.state.access.inLobby && host.state.access.lobby.length === 1)
    expect(ana.state.chat).toEqual([rude, kept])
    await host.moderation.deleteMessage(rude.id)
    await host.moderation.admit(idOf(ana))
    await until(() => ana.state.connection === 'connected')
    expect(ana.state.chat).toEqual([kept])
  })

  it('is a ban, by those who could have banned them', async () => {
    const { host, ana, join } = await startTwo()
    const before = idOf(ana)
    await host.moderation.ban(before)
    await until(() => ana.state.connection === 'closed')
    const [ban] = await host.moderation.listBans()
    expect(ban).toMatchObject({ peerId: before, name: 'Ana', role: 'speaker' })
    const ben = await join('Ben')
    await expect(ben.moderation.listBans()).rejects.toMatchObject({ code: 'notAllowed' })
    await host.moderation.liftBan(before)
    expect(await host.moderation.listBans()).toEqual([])
  })

  it.each([
    ['removed', (host: ConferenceClient, ana: ConferenceClient) => host.moderation.remove(idOf(ana))],
    ['banned', (host: ConferenceClient, ana: ConferenceClient) => host.moderation.ban(idOf(ana))],
    ['callEnded', (host: ConferenceClient) => host.moderation.endCall()],
  ] as const)('is the visit: %s, and it does not come back by itself', async (endReason, end) => {
    const { host, ana } = await startTwo()
    await end(host, ana)
    await until(() => ana.state.connection === 'closed')
    expect(ana.state).toMatchObject({ endReason, failure: undefined })
    expect(ana.remembered('room')).toBeUndefined()
  })
})

describe('a visit that a tab remembers', () => {
  const openPage = (url: string) => {
    const client = new ConferenceClient({ url, handlerFactory })
    onTestFinished(() => client.leave())
    return client
  }

  it('goes on after a reload: the same peer, the same role, and it is known what was muted', async () => {
    stubTab()
    const { url } = await startCalls()
    const before = openPage(url)
    await before.publish('mic', fakeTrack('audio'), { paused: true })
    await before.publish('cam', fakeTrack('video'))
    await before.join({ ...room, name: 'Ana' })
    await until(() => before.remembered('room')?.muted.length === 1)
    const id = idOf(before)
    window.dispatchEvent(new Event('pagehide'))
    expect(before.state.connection).toBe('closed')

    const after = openPage(url)
    expect(after.remembered('room')).toEqual({ name: 'Ana', muted: ['mic'] })
    await after.prepare({ ...room, name: 'Ana' })
    await after.join({ ...room, name: 'Ana' })
    expect(idOf(after)).toBe(id)
    expect(after.state.access.role).toBe('host')
  })

  it('does not turn on what was off: muted just before the reload, or not there at all', async () => {
    stubTab()
    const { url } = await startCalls()
    const before = openPage(url)
    await before.publish('mic', fakeTrack('audio'))
    await before.join({ ...room, name: 'Ana' })
    expect(before.remembered('room')?.muted).toEqual(['cam'])
    const muting = before.setPaused('mic', true)
    window.dispatchEvent(new Event('pagehide'))
    expect(openPage(url).remembered('room')?.muted).toEqual(['mic', 'cam'])
    await muting.catch(() => {})
  })

  it('goes on after leaving, under the same name only', async () => {
    const { open, join } = await startCalls()
    await join('Someone who stays')
    const ana = open()
    await ana.join({ ...room, name: 'Ana' })
    const id = idOf(ana)
    await ana.leave()
    await ana.join({ ...room, name: 'Ana' })
    expect(idOf(ana)).toBe(id)
    await ana.leave()
    await ana.join({ ...room, name: 'Ben' })
    expect(idOf(ana)).not.toBe(id)
  })

  it('does not stand in the way of a new one, when its room is forgotten', async () => {
    stubTab()
    const { url, media } = await startCalls({ ROOM_GRACE: '0' })
    const before = openPage(url)
    await before.join({ ...room, name: 'Ana' })
    const id = idOf(before)
    window.dispatchEvent(new Event('pagehide'))
    await until(() => media.rooms.size === 0)
    const after = openPage(url)
    await after.join({ ...room, name: 'Ana' })
    expect(after.state).toMatchObject({ connection: 'connected', access: { role: 'host' } })
    expect(idOf(after)).not.toBe(id)
  })
})

describe('credentials', () => {
  it('open a room: password, host link, invite', async () => {
    const { url, open } = await startCalls()
    const { body } = await post(`${url}/api/v1/rooms`, { password: 'right', rules: { lobby: true } })
    const { roomId, hostLink } = body as CreatedRoom
    const host = open()
    await host.join({ roomId, name: 'Host', hostSecret: hostLink.split('#host=')[1] ?? '' })
    expect(host.state.access).toMatchObject({ role: 'host', room: { hasPassword: true } })
    await expect(open().join({ roomId, name: 'Eve' })).rejects.toMatchObject({ code: 'noEntry' })
    await expect(open().join({ roomId, name: 'Eve', password: 'wrong' })).rejects.toMatchObject({ code: 'noEntry' })
    const { invite } = await host.moderation.createInvite('moderator')
    const ana = open()
    await ana.join({ roomId, name: 'Ana', invite })
    expect(ana.state.access.role).toBe('moderator')
    await ana.leave()
    const hostSecret = hostLink.split('#host=')[1] ?? ''
    await ana.join({ roomId, name: 'Ana', hostSecret })
    expect(ana.state.access.role).toBe('host')
    await host.moderation.setPassword(undefined)
    await host.moderation.setRules({ lobby: false })
    await open().join({ roomId, name: 'Ben' })
  })
})
