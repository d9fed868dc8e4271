import { describe, expect, it } from 'vitest'
import { chooseWorker, placePeer, type WorkerLoad } from '../../server/core/placement.ts'

/** Workers by what they carry: consumers, peers, rooms, share of a core. */
const workers = (...loads: [consumers: number, peers: number, rooms: number, cpu: number][]): WorkerLoad<number>[] =>
  loads.map(([consumers, peers, rooms, cpu], id) => ({ id, consumers, peers, rooms, cpu, trusted: true }))

describe('a new room', () => {
  it.each([
    ['has nowhere to go without workers', workers(), undefined],
    ['goes where the fewest consumers are', workers([90, 3, 1, 0], [40, 3, 2, 0]), 1],
    ['goes where the fewest people are, who have just come in', workers([0, 9, 1, 0], [0, 2, 1, 0]), 1],
    ['goes, among equals, where the fewest rooms are', workers([0, 0, 1, 0], [0, 0, 0, 0]), 1],
    ['goes to the first of idle ones', workers([0, 0, 0, 0], [0, 0, 0, 0]), 0],
  ])('%s', (_, loads, chosen) => {
    expect(chooseWorker(loads)).toBe(chosen)
  })
})

describe('who comes into a room', () => {
  const BUDGET = 500
  it.each([
    ['goes where the room is, though others have less to do', workers([300, 10, 2, 0.4], [0, 0, 0, 0]), [0], 0],
    [
      'goes on with another worker when the room’s has too many consumers',
      workers([500, 10, 1, 0.4], [90, 3, 1, 0]),
      [0],
      1,
    ],
    ['… or expects too many for those who have just come in', workers([0, 42, 1, 0.1], [90, 3, 1, 0]), [0], 1],
    ['… or uses too much of its core', workers([100, 10, 1, 0.8], [90, 3, 1, 0]), [0], 1],
    [
      'goes to the less loaded of the room’s workers',
      workers([480, 10, 1, 0.4], [90, 3, 1, 0], [0, 0, 0, 0]),
      [0, 1],
      1,
    ],
    ['goes to the least loaded of all when all are full', workers([700, 10, 1, 0.4], [600, 3, 1, 0]), [0], 1],
    ['goes where there is a worker, after the room’s have died', workers([90, 3, 1, 0]), [], 0],
    ['has nowhere to go without workers', workers(), [], undefined],
  ])('%s', (_, loads, used, chosen) => {
    expect(placePeer(loads, new Set(used), BUDGET)).toBe(chosen)
  })

  it('goes to a worker that keeps dying only where there is no other', () => {
    const [busy, idle] = workers([900, 10, 3, 0.9], [0, 0, 0, 0]).map((load, at) => ({ ...load, trusted: at === 0 }))
    expect(placePeer([busy, idle] as WorkerLoad<number>[], new Set([1]), BUDGET)).toBe(0)
    expect(placePeer([idle] as WorkerLoad<number>[], new Set([1]), BUDGET)).toBe(1)
  })
})
