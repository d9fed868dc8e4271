import { describe, expect, it } from 'vitest'
import { DEAD_AFTER_MS, NodeLiveness } from '../../server/core/nodeLiveness.ts'
import type { NodeId } from '../../shared/ids.ts'

const a = 'a' as NodeId
const b = 'b' as NodeId

type Row = [epoch: string, count: number, left?: 'left']
/** What the registry says, a second after the other; `-`: it cannot be asked. */
type Second = { a?: Row; b?: Row } | '-'

/** What is found in each second, such as `+a1` (node a came, with epoch 1), `-a1`, `!a`. */
function watch(seconds: readonly Second[], { everyMs = 1000 } = {}): string[] {
  const liveness = new NodeLiveness()
  return seconds.map((second, at) => {
    if (second === '-') {
      liveness.handleOutage()
      return ''
    }
    const beats = new Map(
      Object.entries(second).map(([id, [epoch, count, left]]) => [
        id as NodeId,
        { epoch, count, ...(left && { left: true }) },
      ]),
    )
    const { gone, come, doubled } = liveness.handleBeats(beats, at * everyMs)
    return [
      ...gone.map(({ id, epoch }) => `-${id}${epoch}`),
      ...come.map(({ id, epoch }) => `+${id}${epoch}`),
      ...doubled.map((id) => `!${id}`),
    ].join(' ')
  })
}

const beating = (from: number, seconds: number, epoch = '1'): Second[] =>
  Array.from({ length: seconds }, (_, at) => ({ a: [epoch, from + at] }))
const silent = (count: number, seconds: number, epoch = '1'): Second[] =>
  Array.from({ length: seconds }, () => ({ a: [epoch, count] }))
const nothing = (seconds: number): string[] => Array.from({ length: seconds }, () => '')

describe('who is alive', () => {
  it.each<[string, Second[], string[]]>([
    ['who beats', beating(1, 8), ['+a1', ...nothing(7)]],
    ['not who has been silent for four seconds', silent(1, 6), ['+a1', '', '', '', '-a1', '']],
    ['not who is missing for as long', [...beating(1, 2), {}, {}, {}, {}, {}], ['+a1', '', '', '', '', '-a1', '']],
    ['who was silent for three', [...silent(1, 4), ...silent(2, 4), {}], ['+a1', ...nothing(7), '-a1']],
    ['not who says that it ends', [...beating(1, 2), { a: ['1', 3, 'left'] }, {}], ['+a1', '', '-a1', '']],
    ['not who has ended long ago', [{ a: ['1', 3, 'left'] }], ['']],
    ['a new process, and the old one is not', [...beating(1, 2), ...beating(1, 2, '2')], ['+a1', '', '-a1 +a2', '']],
    [
      'who was taken for dead and beats again',
      [...silent(1, 6), ...beating(2, 1)],
      ['+a1', '', '', '', '-a1', '', '+a1'],
    ],
    [
      'everybody for four seconds after an outage',
      [...silent(1, 3), '-', '-', '-', '-', '-', '-', ...silent(1, 6)],
      ['+a1', ...nothing(12), '-a1', ''],
    ],
    [
      'one of two processes with one name, and it is told',
      [{ a: ['1', 1] }, { a: ['2', 1] }, { a: ['1', 2] }],
      ['+a1', '-a1 +a2', '-a2 +a1 !a'],
    ],
    ['each for itself', [{ a: ['1', 1], b: ['1', 1] }, ...beating(2, 5)], ['+a1 +b1', '', '', '', '-b1', '']],
  ])('is %s', (_, seconds, found) => {
    expect(watch(seconds)).toEqual(found)
  })

  it('does not count the time in which the observer itself stood still', () => {
    expect(watch(silent(1, 4), { everyMs: 60_000 })).toEqual(['+a1', '', '', '-a1'])
    expect(DEAD_AFTER_MS).toBe(4000)
  })

  it('believes also who says something before the registry has shown them', () => {
    const liveness = new NodeLiveness()
    liveness.handleBeats(new Map([[b, { epoch: '1', count: 1 }]]), 0)
    expect(liveness.handleSign({ id: a, epoch: '1' })).toBeUndefined()
    expect(liveness.handleSign({ id: b, epoch: '2' })).toEqual({ id: b, epoch: '1' })
    expect(liveness.alive.sort()).toEqual(['a', 'b'])
    expect(liveness.isDead({ id: b, epoch: '1' })).toBe(true)
    expect(liveness.isDead({ id: a, epoch: 'unknown' })).toBe(false)
    const { come } = liveness.handleBeats(new Map([[a, { epoch: '1', count: 1 }]]), 1000)
    expect(come).toEqual([])
  })
})
