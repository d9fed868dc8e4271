import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Call } from '../../client/sdk/Call.ts'
import { Preparation } from '../../client/sdk/Preparation.ts'
import { afterSign, HOLD_MS, nextStep, type Situation, TYPING_MS } from '../../client/sdk/preparationPolicy.ts'
import type { JoinOptions, MediaPath } from '../../client/sdk/types.ts'
import { SfuError } from '../../shared/errors.ts'

const ana = { roomId: 'room', name: 'Ana' }
const anna = { roomId: 'room', name: 'Anna' }
const elsewhere = { roomId: 'other', name: 'Ana' }

describe('what to prepare', () => {
  const situation = (over: Partial<Situation>): Situation => ({
    wanted: ana,
    held: undefined,
    hidden: false,
    givenUp: undefined,
    ...over,
  })

  it.each([
    { what: 'nothing is held yet', over: {}, step: { action: 'open', options: ana, delayMs: 0 } },
    { what: 'it is held', over: { held: { ...ana } }, step: { action: 'keep' } },
    { what: 'a name is typed', over: { held: anna }, step: { action: 'open', options: ana, delayMs: TYPING_MS } },
    { what: 'it is another room', over: { held: elsewhere }, step: { action: 'open', options: ana, delayMs: 0 } },
    { what: 'nobody looks', over: { held: ana, hidden: true }, step: { action: 'close' } },
    { what: 'nobody looks yet', over: { hidden: true }, step: { action: 'close' } },
    { what: 'it is not wanted any more', over: { wanted: undefined, held: ana }, step: { action: 'close' } },
    { what: 'it was given up', over: { givenUp: 'over' }, step: { action: 'close' } },
    { what: 'it failed', over: { givenUp: 'failed' }, step: { action: 'close' } },
  ] as const)('when $what', ({ over, step }) => {
    expect(nextStep(situation(over))).toEqual(step)
  })

  it.each([
    { givenUp: 'over', sign: 'returned', after: undefined },
    { givenUp: 'over', sign: 'stirred', after: undefined },
    { givenUp: 'failed', sign: 'returned', after: undefined },
    { givenUp: 'failed', sign: 'stirred', after: 'failed' },
    { givenUp: undefined, sign: 'stirred', after: undefined },
  ] as const)('after $givenUp, when the person has $sign', ({ givenUp, sign, after }) => {
    expect(afterSign(givenUp, sign)).toBe(after)
  })
})

/** A page with a person in front of it, and calls that the test opens by hand. */
function setUp({ hidden = false } = {}) {
  const page = Object.assign(new EventTarget(), { visibilityState: hidden ? 'hidden' : 'visible' })
  const browserWindow = new EventTarget()
  vi.stubGlobal('document', page)
  vi.stubGlobal('window', browserWindow)
  const calls: {
    options: JoinOptions
    open: PromiseWithResolvers<void>
    lose: () => void
    tell: (path: MediaPath) => void
    closed: boolean
  }[] = []
  const paths: (MediaPath | undefined)[] = []
  const preparation = new Preparation({
    createCall: (options) => {
      const call = {
        options,
        open: Promise.withResolvers<void>(),
        lose: () => {},
        tell: (_path: MediaPath) => {},
        closed: false,
      }
      calls.push(call)
      return {
        options,
        prepare: (onLost: () => void, onMediaPath: (path: MediaPath) => void) => {
          call.lose = onLost
          call.tell = onMediaPath
          return call.open.promise
        },
        close: () => {
          call.closed = true
        },
      } as unknown as Call
    },
    onMediaPath: (path) => paths.push(path),
    onLobbyAhead: () => {},
    log: () => {},
  })
  const show = (visibilityState: 'visible' | 'hidden') => {
    page.visibilityState = visibilityState
    page.dispatchEvent(new Event('visibilitychange'))
  }
  /** The names that are prepared now. */
  const held = () => calls.filter(({ closed }) => !closed).map(({ options }) => options.name)
  const move = () => browserWindow.dispatchEvent(new Event('pointermove'))
  return { preparation, calls, show, held, move, paths }
}

describe('a preparation', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('is made once, however often it is asked for, and taken once', async () => {
    const { preparation, calls } = setUp()
    const done = [preparation.prepare(ana), preparation.prepare({ ...ana })]
    calls[0]?.open.resolve()
    await Promise.all(done)
    expect(calls).toHaveLength(1)
    expect(preparation.take(ana)).toMatchObject({ options: ana })
    expect(preparation.take(ana)).toBeUndefined()
    expect(calls[0]?.closed).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('waits until a name is typed, and is closed for its successor only then', async () => {
    const { preparation, calls, held } = setUp()
    void preparation.prepare(ana)
    const typed = ['Ann', 'Annab', 'Annabel'].map((name) => preparation.prepare({ ...ana, name }))
    expect(held()).toEqual(['Ana'])
    await vi.advanceTimersByTimeAsync(TYPING_MS)
    expect(held()).toEqual(['Annabel'])
    expect(calls).toHaveLength(2)
    calls[1]?.open.resolve()
    await Promise.all(typed)
  })

  it('costs nothing when the name is as it was', async () => {
    const { preparation, calls, held } = setUp()
    void preparation.prepare(ana)
    void preparation.prepare(anna)
    void preparation.prepare(ana)
    await vi.advanceTimersByTimeAsync(TYPING_MS)
    expect(calls).toHaveLength(1)
    expect(held()).toEqual(['Ana'])
  })

  it('is of no use to another name or room, and closed', () => {
    for (const other of [anna, elsewhere]) {
      const { preparation, held } = setUp()
      void preparation.prepare(ana)
      expect(preparation.take(other)).toBeUndefined()
      expect(held()).toEqual([])
    }
  })

  it('is given up after two minutes, and made again when the person stirs', async () => {
    const { preparation, held, move } = setUp()
    void preparation.prepare(ana)
    await vi.advanceTimersByTimeAsync(HOLD_MS - 1)
    expect(held()).toEqual(['Ana'])
    await vi.advanceTimersByTimeAsync(1)
    expect(held()).toEqual([])
    move()
    expect(held()).toEqual(['Ana'])
  })

  it('is given up while nobody looks, and made again when somebody does', () => {
    const { preparation, held, show } = setUp()
    void preparation.prepare(ana)
    show('hidden')
    expect(held()).toEqual([])
    show('visible')
    expect(held()).toEqual(['Ana'])
    preparation.close()
    show('hidden')
    show('visible')
    expect(held()).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('waits for the page to be looked at', async () => {
    const { preparation, held, show } = setUp({ hidden: true })
    await preparation.prepare(ana)
    expect(held()).toEqual([])
    show('visible')
    expect(held()).toEqual(['Ana'])
  })

  it('is over when the server ends it, and made again when the person stirs', async () => {
    const { preparation, calls, held, move } = setUp()
    const done = preparation.prepare(ana)
    calls[0]?.open.resolve()
    await done
    calls[0]?.lose()
    expect(held()).toEqual([])
    move()
    expect(held()).toEqual(['Ana'])
    preparation.take(ana)
    calls[1]?.lose()
    move()
    expect(calls).toHaveLength(2)
  })

  it('tells how media gets through, and what was found out holds while a name is typed', async () => {
    const { preparation, calls, paths } = setUp()
    void preparation.prepare(ana)
    calls[0]?.tell('checking')
    calls[0]?.tell('udp')
    void preparation.prepare(anna)
    await vi.advanceTimersByTimeAsync(TYPING_MS)
    calls[0]?.tell('none')
    calls[1]?.tell('checking')
    calls[1]?.tell('none')
    expect(paths).toEqual(['checking', 'udp', 'none'])
    void preparation.prepare(anna, true)
    expect(calls[1]?.closed).toBe(true)
    calls[2]?.tell('checking')
    calls[2]?.tell('tcp')
    preparation.close()
    expect(paths.slice(3)).toEqual([undefined, 'checking', 'tcp', undefined])
  })

  it('says why it failed, and is not tried again for every move of the hand', async () => {
    const { preparation, calls, held, move, show } = setUp()
    const done = preparation.prepare(ana)
    calls[0]?.open.reject(new SfuError('tooMany'))
    await expect(done).rejects.toMatchObject({ code: 'tooMany' })
    move()
    expect(calls).toHaveLength(1)
    show('visible')
    expect(held()).toEqual(['Ana'])
  })

  it('does not complain of what nobody wants any more', async () => {
    const { preparation, calls } = setUp()
    const done = preparation.prepare(ana)
    preparation.close()
    calls[0]?.open.reject(new SfuError('roomClosed'))
    await expect(done).resolves.toBeUndefined()
  })
})
