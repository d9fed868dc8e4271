/** The SDK against the real signalling, both on fake media: what it says, in which order, and what it leaves behind. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConferenceClient } from '../../client/sdk/ConferenceClient.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { fakeTrack, handlerFactory, seen, startCalls as start, theRoom, untilSeen } from '../support/sdkCalls.ts'
import { openNode, startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

describe('a call', () => {
  it('shows those who were there and those who come, with what they publish', async () => {
    const { join } = await start()
    const ana = await join('Ana', ['mic', fakeTrack('audio')], ['cam', fakeTrack('video'), { paused: true }])
    const bo = await join('Bo', ['cam', fakeTrack('video')])
    expect(bo.state).toMatchObject({ connection: 'connected', roomId: 'room', self: { name: 'Bo' } })
    expect(seen(bo, 'Ana')).toBe('cam(paused) mic')
    await untilSeen(ana, 'Bo', 'cam')
    expect(bo.peers.map(({ name }) => name)).toEqual(['Ana'])
    expect(Object.keys(ana.state.self?.published ?? {}).sort()).toEqual(['cam', 'mic'])
  })

  it('answers every later consumer with a resume', async () => {
    const { join, media } = await start()
    await join('Ana')
    const bo = await join('Bo')
    await bo.publish('mic', fakeTrack('audio'))
    await bo.publish('cam', fakeTrack('video'))
    await until(() => [...theRoom(media).peers].some((peer) => peer.resumed.size === 2))
  })

  it('mutes at once here and then for everyone, however fast one changes one’s mind', async () => {
    const { join } = await start()
    const track = fakeTrack('audio')
    const ana = await join('Ana', ['mic', track])
    const bo = await join('Bo')
    const changes = [true, false, true, false, true].map((paused) => ana.setPaused('mic', paused))
    expect(track.enabled).toBe(false)
    expect(ana.state.self?.published.mic?.paused).toBe(true)
    await Promise.all(changes)
    await untilSeen(bo, 'Ana', 'mic(paused)')
    await ana.setPaused('mic', false)
    expect(track.enabled).toBe(true)
    await untilSeen(bo, 'Ana', 'mic')
  })

  it('replaces a track without a new producer, muted as before', async () => {
    const { join } = await start()
    const ana = await join('Ana', ['cam', fakeTrack('video'), { paused: true }])
    const before = ana.state.self?.published.cam?.producerId
    const next = fakeTrack('video')
    await ana.replaceTrack('cam', next)
    expect(ana.state.self?.published.cam).toMatchObject({ producerId: before, track: next, paused: true })
    expect(next.enabled).toBe(false)
  })

  it('ends with unpublish, also while the publish is on its way', async () => {
    const { join } = await start()
    const ana = await join('Ana')
    const bo = await join('Bo')
    await Promise.all([
      ana.publish('cam', fakeTrack('video')),
      ana.unpublish('cam'),
      ana.publish('mic', fakeTrack('audio')),
    ])
    await untilSeen(bo, 'Ana', 'mic')
    expect(Object.keys(ana.state.self?.published ?? {})).toEqual(['mic'])
    await ana.unpublish('mic')
    await untilSeen(bo, 'Ana', '')
  })

  it('takes a screen down and mutes a microphone when the track ends by itself', async () => {
    const { join } = await start()
    const [mic, screen] = [fakeTrack('audio'), fakeTrack('video')]
    await join('Ana', ['mic', mic], ['screen', screen])
    const bo = await join('Bo')
    expect(seen(bo, 'Ana')).toBe('mic screen')
    for (const track of [mic, screen]) track.dispatchEvent(new Event('ended'))
    await untilSeen(bo, 'Ana', 'mic(paused)')
  })

  it('receives what is on screen only', async () => {
    const { join } = await start()
    const ana = await join('Ana', ['mic', fakeTrack('audio')], ['cam', fakeTrack('video')])
    const bo = await join('Bo')
    const anaId = ana.state.self?.id
    if (!anaId) throw new Error('Ana has no id')
    bo.setViewport([])
    await untilSeen(bo, 'Ana', 'cam(no track) mic')
    bo.setViewport([{ peerId: anaId, source: 'cam', width: 320, height: 180 }])
    await untilSeen(bo, 'Ana', 'cam mic')
  })

  it('goes on for the others when one leaves, and can be joined again', async () => {
    const { join, media } = await start()
    const ana = await join('Ana', ['mic', fakeTrack('audio')])
    const bo = await join('Bo')
    await Promise.all([ana.leave(), ana.leave()])
    expect(ana.state).toMatchObject({ connection: 'closed', endReason: 'left', peers: [], self: { published: {} } })
    await until(() => bo.peers.length === 0)
    expect(theRoom(media).peers.size).toBe(1)
    await ana.prepare({ roomId: 'room', name: 'Ana' })
    await ana.join({ roomId: 'room', name: 'Ana' })
    await until(() => bo.peers.length === 1)
    expect(seen(bo, 'Ana')).toBe('')
  })
})

describe('a session that is lost', () => {
  it('is made anew, with the same tracks, muted as they were', async () => {
    const { join, media } = await start()
    const mic = fakeTrack('audio')
    const ana = await join('Ana', ['mic', mic, { paused: true }], ['cam', fakeTrack('video')])
    const bo = await join('Bo', ['cam', fakeTrack('video')])
    const states: string[] = []
    ana.subscribe(({ connection }) => states.push(connection))
    theRoom(media).close()
    await until(() => states.includes('reconnecting'))
    expect(ana.state.self?.published.mic?.paused).toBe(true)
    await until(() => ana.state.connection === 'connected' && bo.state.connection === 'connected')
    await untilSeen(bo, 'Ana', 'cam mic(paused)')
    await untilSeen(ana, 'Bo', 'cam')
    expect(mic.enabled).toBe(false)
    expect(theRoom(media).peers.size).toBe(2)
  })

  it('is made anew with what was changed meanwhile', async () => {
    const { join, media } = await start()
    const ana = await join('Ana', ['mic', fakeTrack('audio')], ['cam', fakeTrack('video')])
    media.ready = false
    theRoom(media).close()
    await until(() => ana.state.connection === 'reconnecting')
    await ana.setPaused('mic', true)
    await ana.unpublish('cam')
    await ana.publish('screen', fakeTrack('video'))
    media.ready = true
    const bo = await join('Bo')
    await untilSeen(bo, 'Ana', 'mic(paused) screen')
  })

  it('keeps a camera that was turned off by stopping it, for the next track', async () => {
    const { join, media } = await start()
    const cam = fakeTrack('video')
    const ana = await join('Ana', ['cam', cam])
    await ana.setPaused('cam', true)
    cam.stop()
    media.ready = false
    theRoom(media).close()
    await until(() => ana.state.connection === 'reconnecting')
    media.ready = true
    const bo = await join('Bo')
    await until(() => bo.peers.length === 1 && ana.state.connection === 'connected')
    await ana.replaceTrack('cam', fakeTrack('video'))
    await ana.setPaused('cam', false)
    await untilSeen(bo, 'Ana', 'cam')
  })

  it('is not made anew after leave', async () => {
    const { join, media } = await start()
    const [ana, bo] = [await join('Ana'), await join('Bo')]
    media.ready = false
    theRoom(media).close()
    await until(() => ana.state.connection === 'reconnecting')
    await ana.leave()
    media.ready = true
    // By the time that who stays is back, who left would be too.
    await until(() => bo.state.connection === 'connected')
    expect(ana.state).toMatchObject({ connection: 'closed', endReason: 'left' })
    expect(bo.peers).toEqual([])
  })
})

describe('a join that fails', () => {
  it('says so in the error and in the state, and may be tried again', async () => {
    const { media, open } = await start()
    media.ready = false
    const ana = open()
    await expect(ana.join({ roomId: 'room', name: 'Ana' })).rejects.toMatchObject({
      name: 'SfuError',
      code: 'notReady',
    })
    expect(ana.state).toMatchObject({ connection: 'closed', failure: { code: 'notReady' }, self: undefined })
    media.ready = true
    await ana.join({ roomId: 'room', name: 'Ana' })
    expect(ana.state).toMatchObject({ connection: 'connected', failure: undefined })
  })

  it.each([
    { what: 'an odd room', options: { roomId: 'a b', name: 'Ana' }, code: 'invalidInput' },
    { what: 'an empty name', options: { roomId: 'room', name: ' ' }, code: 'invalidInput' },
  ])('is refused for $what', async ({ options, code }) => {
    const { open } = await start()
    await expect(open().join(options)).rejects.toMatchObject({ code })
  })

  it('is unreachable where nobody listens', async () => {
    const ana = new ConferenceClient({ url: 'http://127.0.0.1:9', handlerFactory })
    await expect(ana.join({ roomId: 'room', name: 'Ana' })).rejects.toMatchObject({ code: 'unreachable' })
    expect(ana.state.failure?.code).toBe('unreachable')
  })

  it('ends at once when one leaves meanwhile, wherever it was', async () => {
    const { media, open } = await start()
    for (let delayMs = 0; delayMs < 40; delayMs += 4) {
      const ana = open()
      const joining = ana.join({ roomId: 'room', name: 'Ana' }).then(
        () => 'joined',
        (error: { code?: string }) => error.code,
      )
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      await ana.leave()
      expect(['joined', 'roomClosed']).toContain(await joining)
      expect(ana.state.connection).toBe('closed')
    }
    await until(() => [...media.rooms].every((room) => room.peers.size === 0))
  })

  it('is a conflict while there is a call', async () => {
    const { join } = await start()
    const ana = await join('Ana')
    await expect(ana.join({ roomId: 'room', name: 'Ana' })).rejects.toMatchObject({ code: 'conflict' })
    expect(ana.state.connection).toBe('connected')
  })
})

describe('a join that was prepared', () => {
  it('takes another socket where the one made ahead has died', async () => {
    const first = await openNode({ media: new FakeMedia() })
    const ana = new ConferenceClient({ url: first.url, handlerFactory })
    onTestFinished(() => ana.leave())
    await ana.prepare({ roomId: 'room', name: 'Ana' })
    expect(ana.state.connection).toBe('idle')
    await first.close()
    await startNode({ media: new FakeMedia(), settings: { PORT: new URL(first.url).port } })
    await ana.join({ roomId: 'room', name: 'Ana' })
    expect(ana.state.connection).toBe('connected')
  })

  it('is forgotten for another room or name', async () => {
    const { open, media } = await start()
    const ana = open()
    const options = { roomId: 'room', name: 'Ana' }
    await ana.prepare(options)
    await ana.prepare({ ...options, roomId: 'other' })
    await ana.join(options)
    expect(ana.state.roomId).toBe('room')
    expect(media.rooms.size).toBe(1)
  })
})

describe('what is asked of what is not published', () => {
  it('is refused', async () => {
    const { open } = await start()
    const ana = open()
    await expect(ana.setPaused('mic', true)).rejects.toMatchObject({ code: 'notFound' })
    await expect(ana.replaceTrack('cam', fakeTrack('video'))).rejects.toMatchObject({ code: 'notFound' })
    await expect(ana.unpublish('screen')).resolves.toBeUndefined()
  })
})
