/** Which track is sent while cameras and effects come and go; the effects themselves are fakes here. */
import { describe, expect, it } from 'vitest'
import type { EffectName, ProcessedTrack, ProcessOptions } from '../../client/sdk/processors/index.ts'
import { supportsVideoEffects, VideoEffects } from '../../client/sdk/VideoEffects.ts'

type Making = {
  readonly source: MediaStreamTrack
  readonly effects: EffectName[]
  readonly options: ProcessOptions
  readonly track: MediaStreamTrack
  closed: boolean
  finish: () => void
  fail: (error: Error) => void
}

const camera = (label: string) => ({ label, kind: 'video', readyState: 'live' }) as unknown as MediaStreamTrack

/** The slot with hand-driven processors: each one stands when the test says so. */
function openSlot({ loads = async () => {} }: { loads?: () => Promise<void> } = {}) {
  const given: (string | undefined)[] = []
  const errors: Error[] = []
  const made: Making[] = []
  const processTrack = (source: MediaStreamTrack, effect: EffectName, options: ProcessOptions = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<ProcessedTrack>()
    const making: Making = {
      source,
      effects: [effect],
      options,
      track: camera(`${source.label} processed`),
      closed: false,
      finish: () =>
        resolve({
          track: making.track,
          path: 'streams',
          setEffect: (name) => {
            if (making.effects.at(-1) !== name) making.effects.push(name)
          },
          close: () => {
            making.closed = true
          },
        }),
      fail: reject,
    }
    made.push(making)
    return promise
  }
  const slot = new VideoEffects({
    onTrack: (track) => given.push(track?.label),
    onError: (error) => errors.push(error),
    load: async () => {
      await loads()
      return { processTrack }
    },
  })
  const making = async (index: number): Promise<Making> => {
    for (let turn = 0; turn < 20 && made.length <= index; turn++) await Promise.resolve()
    const found = made[index]
    if (found === undefined) throw new Error(`nothing number ${index} is being made`)
    return found
  }
  return { slot, given, errors, made, making }
}

describe('the slot for effects', () => {
  it('hands the plain camera on at once while no effect is chosen, and loads nothing', () => {
    let loaded = 0
    const { slot, given } = openSlot({ loads: async () => void loaded++ })
    slot.setSource(camera('a'))
    slot.setSource(camera('b'))
    slot.setSource(undefined)
    expect(given).toEqual(['a', 'b', undefined])
    expect(loaded).toBe(0)
  })

  it('goes from plain to processed and back, without a moment of nothing', async () => {
    const { slot, given, making } = openSlot()
    slot.setSource(camera('a'))
    const on = slot.setEffect('ascii')
    const first = await making(0)
    first.finish()
    await on
    expect(slot.track?.label).toBe('a processed')
    slot.setEffect(undefined)
    expect(given).toEqual(['a', 'a processed', 'a'])
    expect(first.closed).toBe(true)
  })

  it('keeps its track when another effect is chosen', async () => {
    const { slot, given, making, made } = openSlot()
    slot.setSource(camera('a'))
    const on = slot.setEffect('ascii')
    const first = await making(0)
    first.finish()
    await on
    await slot.setEffect('frosted')
    expect(first.effects).toEqual(['ascii', 'frosted'])
    expect(given).toEqual(['a', 'a processed'])
    expect(made.length).toBe(1)
  })

  it('never shows the plain picture of a camera that comes while an effect is on', async () => {
    const { slot, given, making } = openSlot()
    const first = slot.setEffect('frosted')
    slot.setSource(camera('a'))
    ;(await making(0)).finish()
    await first
    const second = slot.setSource(camera('b'))
    const other = await making(1)
    expect(given).toEqual(['a processed'])
    other.finish()
    await second
    expect(given).toEqual(['a processed', 'b processed'])
    expect((await making(0)).closed).toBe(true)
  })

  it('lets go at once when the camera is turned off, and is on again with the next camera', async () => {
    const { slot, given, making } = openSlot()
    slot.setSource(camera('a'))
    const on = slot.setEffect('ascii')
    const first = await making(0)
    first.finish()
    await on
    slot.setSource(undefined)
    expect(first.closed).toBe(true)
    expect(slot.effect).toBe('ascii')
    const again = slot.setSource(camera('b'))
    ;(await making(1)).finish()
    await again
    expect(given).toEqual(['a', 'a processed', undefined, 'b processed'])
  })

  it('closes what comes too late', async () => {
    const { slot, given, making } = openSlot()
    const done = slot.setEffect('ascii')
    slot.setSource(camera('a'))
    const late = await making(0)
    const next = slot.setSource(camera('b'))
    late.finish()
    ;(await making(1)).finish()
    await Promise.all([done, next])
    expect(late.closed).toBe(true)
    expect(given).toEqual(['b processed'])
    const off = slot.setSource(camera('c'))
    const latest = await making(2)
    slot.setEffect(undefined)
    expect(given.at(-1)).toBe('c')
    latest.finish()
    await off
    expect(latest.closed).toBe(true)
    expect(slot.track?.label).toBe('c')
  })

  it('takes the effect that was chosen while another was put on', async () => {
    const { slot, making, made } = openSlot()
    slot.setSource(camera('a'))
    slot.setEffect('ascii')
    const first = await making(0)
    const done = slot.setEffect('frosted')
    first.finish()
    await done
    expect(first.effects.at(-1)).toBe('frosted')
    expect(made.length).toBe(1)
  })

  it('shows nothing and says so when an effect cannot be put on, and the plain camera when that is asked for', async () => {
    const { slot, given, errors, making } = openSlot()
    slot.setSource(camera('a'))
    const done = slot.setEffect('ascii')
    ;(await making(0)).fail(new Error('no canvas'))
    await done
    expect(given).toEqual(['a', undefined])
    slot.setSource(camera('a'))
    expect(given).toEqual(['a', undefined, 'a'])
    expect(slot.effect).toBeUndefined()
    expect(errors.map(({ message }) => message)).toEqual(['no canvas'])
  })

  it('does the same when it breaks later, once', async () => {
    const { slot, given, errors, making } = openSlot()
    slot.setSource(camera('a'))
    const done = slot.setEffect('ascii')
    const first = await making(0)
    first.finish()
    await done
    first.options.onError?.(new Error('out of memory'))
    first.options.onError?.(new Error('out of memory'))
    expect(given).toEqual(['a', 'a processed', undefined])
    expect(first.closed).toBe(true)
    expect(errors.map(({ message }) => message)).toEqual(['out of memory'])
  })

  it('takes a camera that ended meanwhile for no camera, not for a failure', async () => {
    const { slot, errors, making } = openSlot()
    const source = camera('a')
    const done = slot.setEffect('ascii')
    slot.setSource(source)
    const first = await making(0)
    Object.assign(source, { readyState: 'ended' })
    first.fail(new Error('ended'))
    await done
    expect(errors).toEqual([])
    expect(slot.effect).toBe('ascii')
    expect(slot.track).toBeUndefined()
  })

  it('has no camera any more when that was unplugged, and keeps the effect for the next', async () => {
    const { slot, given, errors, making } = openSlot()
    slot.setSource(camera('a'))
    const done = slot.setEffect('ascii')
    const first = await making(0)
    first.finish()
    await done
    first.options.onEnded?.()
    expect(given).toEqual(['a', 'a processed', undefined])
    expect(errors).toEqual([])
    expect(slot.effect).toBe('ascii')
  })

  it('tries to load again after a failure', async () => {
    let attempts = 0
    const { slot, errors, making } = openSlot({
      loads: async () => {
        if (++attempts === 1) throw new Error('offline')
      },
    })
    slot.setSource(camera('a'))
    await slot.setEffect('ascii')
    expect(errors.length).toBe(1)
    slot.setSource(camera('a'))
    const done = slot.setEffect('ascii')
    ;(await making(0)).finish()
    await done
    expect(slot.track?.label).toBe('a processed')
  })

  it('is told apart where there is no browser', () => {
    expect(supportsVideoEffects()).toBe(false)
  })
})
