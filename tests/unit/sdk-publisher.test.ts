import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Publisher } from '../../client/sdk/Publisher.ts'
import type { Session } from '../../client/sdk/Session.ts'
import { fakeTrack } from '../support/sdkCalls.ts'

type Made = {
  track: MediaStreamTrack
  source: MediaStreamTrack
  effect: string
  closed: boolean
  fail: () => void
  end: () => void
}
type Hooks = { onError: (error: Error) => void; onEnded: () => void }
const made: Made[] = []
let processing: Promise<void> = Promise.resolve()

vi.mock('../../client/sdk/processors/index.ts', () => ({
  processTrack: async (source: MediaStreamTrack, effect: string, { onError, onEnded }: Hooks) => {
    await processing
    const entry = {
      source,
      effect,
      track: fakeTrack('video'),
      closed: false,
      fail: () => onError(new Error('broken')),
      end: onEnded,
    }
    made.push(entry)
    return {
      track: entry.track,
      path: 'canvas',
      setEffect: (name: string) => {
        entry.effect = name
      },
      close: () => {
        entry.closed = true
        entry.track.stop()
      },
    }
  },
}))

beforeEach(() => {
  made.length = 0
  processing = Promise.resolve()
})

/** A publisher whose session sends whatever is wanted. */
function setUp() {
  const sent: (MediaStreamTrack | undefined)[] = []
  const publisher = new Publisher({
    session: () =>
      ({
        closed: false,
        sender: {
          sync: async (source: 'cam') => {
            const track = publisher.tracks.get(source)?.track
            if (sent.at(-1) !== track) sent.push(track)
          },
        },
      }) as unknown as Session,
    onChanged: () => {},
    log: () => {},
  })
  return { publisher, sent }
}

describe('an effect on the camera', () => {
  it('takes the place of the plain picture, and gives it back', async () => {
    const { publisher, sent } = setUp()
    const cam = fakeTrack('video')
    await publisher.publish('cam', cam, false)
    await publisher.setEffect('ascii')
    await publisher.setEffect('frosted')
    await publisher.setEffect(undefined)
    expect(sent).toEqual([cam, made[0]?.track, cam])
    expect(made).toMatchObject([{ source: cam, effect: 'frosted', closed: true }])
    expect(cam.readyState).toBe('live')
  })

  it('is on before anything of a camera is sent', async () => {
    const { publisher, sent } = setUp()
    const { promise, resolve } = Promise.withResolvers<void>()
    processing = promise
    await publisher.setEffect('frosted')
    const cam = fakeTrack('video')
    const publishing = publisher.publish('cam', cam, false)
    await Promise.resolve()
    expect(publisher.tracks.get('cam')).toBeUndefined()
    await publisher.setPaused('cam', true)
    resolve()
    await publishing
    expect(sent).toEqual([made[0]?.track])
    expect(publisher.tracks.get('cam')).toMatchObject({ track: made[0]?.track, paused: true })
  })

  it('stays when the camera is exchanged, or turned off and on', async () => {
    const { publisher, sent } = setUp()
    const [first, second] = [fakeTrack('video'), fakeTrack('video')]
    await publisher.setEffect('frosted')
    await publisher.publish('cam', first, false)
    await publisher.setPaused('cam', true)
    first.stop()
    await publisher.replaceTrack('cam', second)
    await publisher.setPaused('cam', false)
    expect(made.map(({ source, closed }) => ({ source, closed }))).toEqual([
      { source: first, closed: true },
      { source: second, closed: false },
    ])
    expect(sent).toEqual(made.map(({ track }) => track))
    expect(publisher.tracks.get('cam')).toMatchObject({ track: made[1]?.track, paused: false })
    expect(made[1]?.track.enabled).toBe(true)
    expect(second.enabled).toBe(true)
  })

  it('leaves a camera that was muted as it is dark only while it is muted', async () => {
    const { publisher } = setUp()
    const cam = fakeTrack('video')
    await publisher.publish('cam', cam, true)
    await publisher.setEffect('ascii')
    expect(made[0]?.track.enabled).toBe(false)
    await publisher.setPaused('cam', false)
    expect([cam.enabled, made[0]?.track.enabled]).toEqual([true, true])
  })

  it('that breaks mutes the camera, which is sent plain only when it is unmuted', async () => {
    const { publisher, sent } = setUp()
    const cam = fakeTrack('video')
    await publisher.publish('cam', cam, false)
    await publisher.setEffect('frosted')
    made[0]?.fail()
    expect(publisher.tracks.get('cam')).toMatchObject({ track: made[0]?.track, paused: true })
    expect(sent).toEqual([cam, made[0]?.track])
    await publisher.setPaused('cam', false)
    expect(publisher.tracks.get('cam')).toMatchObject({ track: cam, paused: false })
    expect([sent.at(-1), cam.enabled]).toEqual([cam, true])
  })

  it('that cannot be put on mutes the camera and says so', async () => {
    const { publisher } = setUp()
    await publisher.publish('cam', fakeTrack('video'), false)
    processing = Promise.reject(new Error('no'))
    await expect(publisher.setEffect('frosted')).rejects.toMatchObject({ name: 'SfuError' })
    expect(publisher.tracks.get('cam')?.paused).toBe(true)
    expect(publisher.effect).toBeUndefined()
  })

  it('ends with a camera that is unplugged, which is muted then', async () => {
    const { publisher } = setUp()
    await publisher.publish('cam', fakeTrack('video'), false)
    await publisher.setEffect('frosted')
    made[0]?.end()
    expect(publisher.tracks.get('cam')?.paused).toBe(true)
    const next = fakeTrack('video')
    await publisher.replaceTrack('cam', next)
    await publisher.setPaused('cam', false)
    expect(publisher.tracks.get('cam')).toMatchObject({ track: made[1]?.track, paused: false })
    expect(made[1]?.source).toBe(next)
  })

  it('is let go of with the camera, and stays chosen for the next', async () => {
    const { publisher, sent } = setUp()
    await publisher.setEffect('frosted')
    await publisher.publish('cam', fakeTrack('video'), false)
    await publisher.unpublish('cam')
    expect([made[0]?.closed, sent.at(-1)]).toEqual([true, undefined])
    await publisher.publish('cam', fakeTrack('video'), false)
    publisher.clear()
    expect(made.map(({ closed }) => closed)).toEqual([true, true])
    expect(publisher.effect).toBe('frosted')
    expect(publisher.tracks.sources).toEqual([])
  })
})
