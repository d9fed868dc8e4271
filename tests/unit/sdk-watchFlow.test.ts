import type { types } from 'mediasoup-client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watchFlow } from '../../client/sdk/watchFlow.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** What has come by the path at each look, bytes; undefined: nobody can tell. @returns at which looks it was odd */
async function look(bytes: readonly (number | undefined)[]): Promise<number[]> {
  const odd: number[] = []
  const end = new AbortController()
  let at = -1
  const consumer = {
    closed: false,
    getStats: async () => new Map([['pair', { type: 'candidate-pair', bytesReceived: bytes[at] }]]),
  }
  const watching = watchFlow(
    () => consumer as unknown as types.Consumer,
    end.signal,
    () => odd.push(at),
  )
  for (at = 0; at < bytes.length; at++) await vi.advanceTimersByTimeAsync(750)
  end.abort()
  await watching
  return odd
}

describe('a client that watches whether packets come', () => {
  it.each<[string, (number | undefined)[], number[]]>([
    ['has nothing to say while they come', [1, 2, 3, 4, 5], []],
    ['finds it odd when they stop coming', [1, 2, 3, 3, 3], [4]],
    ['says so once', [1, 2, 3, 3, 3, 3, 3, 3], [4]],
    ['says so each time', [1, 2, 3, 3, 3, 4, 5, 5, 5], [4, 8]],
    ['does not mind a moment', [1, 2, 3, 3, 4, 5, 5, 6], []],
    ['does not mind who sends only now and then', [1, 1, 2, 2, 2, 3, 3, 3], []],
    ['does not mind that nothing ever came', [0, 0, 0, 0], []],
    ['asks nothing where nobody can tell', [1, 2, undefined, undefined, undefined, 3], []],
  ])('%s', async (_, bytes, odd) => {
    expect(await look(bytes)).toEqual(odd)
  })

  it('ends with its owner', async () => {
    const end = new AbortController()
    const watching = watchFlow(
      () => undefined,
      end.signal,
      () => {},
    )
    end.abort()
    await watching
  })
})
