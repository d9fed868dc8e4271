import { readdirSync, readFileSync } from 'node:fs'
import { loadavg } from 'node:os'

/** CPU seconds that a process has used, and the most that one of its threads has. */
export type Cpu = { total: number; thread: Map<string, number>; waited: number }

/** By the scheduler's own clock, in nanoseconds: the ticks of `stat` are too coarse for a few seconds. */
export function cpuOf(pid: number | 'self'): Cpu {
  const thread = new Map<string, number>()
  let waited = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      const [ran = 0, queued = 0] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ').map(Number)
      thread.set(task, ran / 1e9)
      waited += queued / 1e9
    } catch {
      // It has ended meanwhile.
    }
  }
  return { total: [...thread.values()].reduce((sum, seconds) => sum + seconds, 0), thread, waited }
}

export const cpuSeconds = (pid: number): number => cpuOf(pid).total

/** What the busiest thread has used since. */
export const busiest = (before: Cpu, after: Cpu): number =>
  Math.max(0, ...[...after.thread].map(([task, seconds]) => seconds - (before.thread.get(task) ?? 0)))

/** Memory that a process holds, bytes. */
export const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024

/** What else the machine does stands in here. */
export const load = (): string => `load ${loadavg()[0]?.toFixed(1)}`
