import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { KeyFrameTurns, TURN_MS } from '../../server/media/KeyFrameTurns.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('lets the first begin at once, and those who come shortly after together', async () => {
  const turns = new KeyFrameTurns()
  const begun: string[] = []
  const begin = (name: string, video = 'a') => void turns.take(video).then(() => begun.push(name))
  begin('first')
  await vi.advanceTimersByTimeAsync(TURN_MS - 2)
  begin('second')
  begin('third')
  begin('elsewhere', 'b')
  await vi.advanceTimersByTimeAsync(1)
  expect(begun).toEqual(['first', 'elsewhere'])
  await vi.advanceTimersByTimeAsync(1)
  expect(begun).toEqual(['first', 'elsewhere', 'second', 'third'])
  begin('fourth')
  await vi.advanceTimersByTimeAsync(TURN_MS - 1)
  expect(begun).toHaveLength(4)
  await vi.advanceTimersByTimeAsync(1)
  expect(begun).toHaveLength(5)
  await vi.advanceTimersByTimeAsync(TURN_MS)
  begin('much later')
  await vi.advanceTimersByTimeAsync(0)
  expect(begun).toHaveLength(6)
  await vi.advanceTimersByTimeAsync(TURN_MS)
  expect(vi.getTimerCount()).toBe(0)
})
