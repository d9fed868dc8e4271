/** The server as a process of its own: what it and the people in its calls survive. */
import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HeadlessPeer } from '../support/headless/index.ts'
import { fullCapabilities } from '../support/rtp.ts'
import { place, SignalingPeer } from '../support/SignalingPeer.ts'
import { freePort, newDataDir, type ServerProcess, startServer } from '../support/serverProcess.ts'
import { until } from '../support/until.ts'

const entry = { rtpCapabilities: fullCapabilities() }
const refused = (code: string) => expect.objectContaining({ ok: false, error: expect.objectContaining({ code }) })
const LONG = { STOP_GRACE: '600' }

/** Ports and a folder that stay the same over restarts, as a supervisor's do. */
const freshPlace = async () => ({
  PORT: String(await freePort()),
  MEDIA_PORT: String(await freePort()),
  DATA_DIR: newDataDir(),
})

/** Two people who hear each other. */
async function conversation(url: string) {
  const roomId = randomUUID()
  const join = async (name: string) => {
    const peer = await HeadlessPeer.join({ url, roomId, name, mic: 'talking' })
    onTestFinished(() => peer.leave())
    return peer
  }
  const [anna, ben] = [await join('Anna'), await join('Ben')]
  const heard = () => Promise.all([anna.hear('Ben', 'mic'), ben.hear('Anna', 'mic')])
  await heard()
  return { anna, ben, people: [anna, ben], heard }
}

const isReady = async (url: string) => (await fetch(`${url}/readyz`)).ok

describe('a process that is killed', () => {
  it('keeps who was banned and muted, the lock and the password', async () => {
    const settings = await freshPlace()
    const first = await startServer(settings)
    const join = (name: string, token?: string) =>
      SignalingPeer.join(first.url, { room: 'r', name, ...(token !== undefined && { token }) })
    const host = await join('Host')
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    await host.request('setForcedMute', { peerId: ana.id, source: 'mic', muted: true })
    await host.request('banPeer', { peerId: ben.id })
    await host.request('setPassword', { password: 'right' })
    await host.request('setRules', { locked: true })
    process.kill(first.pid, 'SIGKILL')
    expect(await first.exited).toBe(null)

    const { url } = await startServer(settings)
    await expect(place(url, 'r', 'Eve')).rejects.toMatchObject({ code: 'noEntry' })
    await expect(place(url, 'r', 'Eve', { password: 'right' })).rejects.toMatchObject({ code: 'roomLocked' })
    const banned = await SignalingPeer.open(url, { room: 'r', token: ben.joined?.ticket ?? '' })
    expect(await banned.send('join', entry)).toEqual(refused('banned'))
    const muted = await join('Ana', ana.joined?.ticket)
    expect(muted.joined).toMatchObject({ peerId: ana.id, self: { role: 'speaker', forcedMute: ['mic'] } })
    const back = await join('Host', host.joined?.ticket)
    expect(back.joined).toMatchObject({ peerId: host.id, self: { role: 'host' }, room: { locked: true } })
  })

  it.each([
    ['killed', 'SIGKILL'],
    ['told to stop', 'SIGTERM'],
  ] as const)('or %s and started again has everyone back in 10 s, as who they were', async (_, signal) => {
    const settings = { ...(await freshPlace()), STOP_GRACE: '1' }
    const server = await startServer(settings)
    const { people, heard } = await conversation(server.url)
    const identities = () => people.map(({ state }) => [state.self?.id, state.access.role])
    const before = identities()
    expect(before.map(([, role]) => role)).toEqual(['host', 'speaker'])
    const lost = new Set<HeadlessPeer>()
    for (const peer of people)
      peer.client.subscribe(({ connection }) => {
        if (connection === 'reconnecting') lost.add(peer)
      })
    process.kill(server.pid, signal)
    // As a supervisor does.
    expect(await server.exited).toBe(signal === 'SIGTERM' ? 0 : null)
    const gone = performance.now()
    await startServer(settings)
    const ready = performance.now()
    await until(() => people.every((peer) => lost.has(peer) && peer.state.connection === 'connected'), {
      what: () => people.map(({ state }) => [state.connection, state.failure]),
      deadlineMs: 10_000 - (performance.now() - gone),
    })
    const back = performance.now()
    await heard()
    console.log(
      `ready after ${Math.round(ready - gone)} ms, all back after ${Math.round(back - gone)} ms, heard after ${Math.round(performance.now() - gone)} ms`,
    )
    expect(identities()).toEqual(before)
    for (const { client } of people) expect(client.peers).toHaveLength(1)
  })
})

describe('a process that is told to stop', () => {
  it('lets a call go on, and ends with 0 when it is over', async () => {
    const server = await startServer(LONG)
    const { people, heard } = await conversation(server.url)
    process.kill(server.pid, 'SIGTERM')
    await until(async () => !(await isReady(server.url)), { what: 'the server to say that it stops' })
    await until(() => people.every(({ state }) => state.serverStopsAt !== undefined), { what: 'everyone to be told' })
    await heard()
    expect(people.map(({ state }) => state.connection)).toEqual(['connected', 'connected'])
    for (const peer of people) await peer.leave()
    expect(await server.exited).toBe(0)
  })

  it('and told again ends all calls at once, with 0', async () => {
    const server = await startServer(LONG)
    const ana = await SignalingPeer.join(server.url, { room: 'r' })
    process.kill(server.pid, 'SIGTERM')
    await ana.next('serverStopping')
    process.kill(server.pid, 'SIGTERM')
    expect(await ana.next('sessionEnded')).toEqual({ reason: 'serverStopping' })
    expect(await server.exited).toBe(0)
  })

  it('ends, with 0, though a media worker hangs', async () => {
    const server = await startServer()
    const [worker = 0] = server.workers()
    process.kill(worker, 'SIGSTOP')
    const begun = performance.now()
    process.kill(server.pid, 'SIGTERM')
    const code = await Promise.race([server.exited, until(() => performance.now() - begun > 8000 && 'still there')])
    expect(code).toBe(0)
    console.log(`ended after ${Math.round(performance.now() - begun)} ms`)
    expect(() => process.kill(worker, 0)).toThrow('ESRCH')
  })
})

describe('a process in which something happens that must not', () => {
  const fail = (server: ServerProcess, how: 'SIGUSR2' | 'SIGPIPE') => process.kill(server.pid, how)

  it.each([
    ['an exception that nobody catches', 'SIGUSR2', 'thrown on purpose'],
    ['a rejection that nobody handles', 'SIGPIPE', 'rejected on purpose'],
  ] as const)('says so, takes nobody new, and ends with 1 when its calls are over: %s', async (_, how, words) => {
    const server = await startServer(LONG, ['--import', './tests/support/failOnSignal.ts'])
    const ana = await SignalingPeer.join(server.url, { room: 'r' })
    const open = await SignalingPeer.open(server.url, { room: 'another' })
    fail(server, how)
    await ana.next('serverStopping')
    expect(await isReady(server.url)).toBe(false)
    expect(await open.send('join', entry)).toEqual(refused('notReady'))
    // Once is enough: what fails again meanwhile ends nobody's call.
    fail(server, how)
    await ana.request('sendChat', { text: 'still here' })
    await ana.request('leave', {})
    expect(await server.exited).toBe(1)
    expect(server.output).toContain(words)
  })
})
