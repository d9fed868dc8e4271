import { describe, expect, it } from 'vitest'
import { fakeTrack, loseRoom, startCalls, theRoom, untilSeen } from '../support/sdkCalls.ts'
import { until } from '../support/until.ts'

describe('reception', () => {
  const start = async () => {
    const calls = await startCalls()
    const ana = await calls.join('Ana', ['mic', fakeTrack('audio')], ['cam', fakeTrack('video')])
    const limits = () => [...theRoom(calls.media).peers].map(({ mostBitrate }) => mostBitrate)
    return { ...calls, ana, limits }
  }

  it('is chosen in the call, and others are not told', async () => {
    const { ana, join, limits } = await start()
    const ben = await join('Ben', ['mic', fakeTrack('audio')])
    await untilSeen(ben, 'Ana', 'cam mic')
    await ben.setReception({ mode: 'audioOnly', maxKbps: 300 })
    await untilSeen(ben, 'Ana', 'cam(no track) mic')
    expect(ben.state.reception).toEqual({ mode: 'audioOnly', maxKbps: 300 })
    expect(limits()).toEqual([undefined, 300_000])
    await ben.setReception({ mode: 'nothing' })
    await untilSeen(ben, 'Ana', 'cam(no track) mic(no track)')
    expect(limits()).toEqual([undefined, undefined])
    await untilSeen(ana, 'Ben', 'mic')
    await ben.setReception({ mode: 'all' })
    await untilSeen(ben, 'Ana', 'cam mic')
  })

  it('can be limited to some cameras', async () => {
    const { join } = await start()
    const ben = await join('Ben')
    await untilSeen(ben, 'Ana', 'cam mic')
    await ben.setReception({ mode: 'all', lastN: 0 })
    await untilSeen(ben, 'Ana', 'cam(no track) mic')
    await ben.setReception({ mode: 'all', lastN: 1 })
    await untilSeen(ben, 'Ana', 'cam mic')
  })

  it('holds from the first moment on, and over a reconnect', async () => {
    const { ana, media, open, limits } = await start()
    const ben = open()
    await ben.setReception({ mode: 'audioOnly', maxKbps: 1000 })
    await ben.join({ roomId: 'room', name: 'Ben' })
    const consumed = () => [...theRoom(media).peers].map((peer) => peer.consumed.size).sort()
    expect(consumed()).toEqual([0, 1])
    await untilSeen(ben, 'Ana', 'cam(no track) mic')
    await loseRoom(media, [ana, ben])
    await untilSeen(ben, 'Ana', 'cam(no track) mic')
    await until(() => limits().includes(1_000_000), { what: 'the limit to hold again' })
  })

  it('can change between the warm-up and the join', async () => {
    const { media, open } = await start()
    const ben = open()
    await ben.prepare({ roomId: 'room', name: 'Ben' })
    await ben.setReception({ mode: 'nothing', maxKbps: 500 })
    await ben.join({ roomId: 'room', name: 'Ben' })
    await untilSeen(ben, 'Ana', 'cam(no track) mic(no track)')
    await until(() => [...theRoom(media).peers].some(({ mostBitrate }) => mostBitrate === 500_000))
  })
})
