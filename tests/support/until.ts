import { setTimeout as delay } from 'node:timers/promises'

export interface UntilOptions {
  deadlineMs?: number
  everyMs?: number
  /** What was waited for, for the error. A function may tell how far it came. */
  what?: string | (() => unknown)
}

/**
 * Waits until the condition answers something else than false, null or undefined and returns it; throws at the deadline. An
 * error thrown by the condition counts as "not yet" and is the cause of the final error.
 */
export async function until<T>(
  condition: () => T | false | null | undefined | Promise<T | false | null | undefined>,
  { deadlineMs = 20_000, everyMs = 20, what = 'the condition' }: UntilOptions = {},
): Promise<T> {
  const end = performance.now() + deadlineMs
  let cause: unknown
  for (;;) {
    try {
      const value = await condition()
      if (value !== false && value !== null && value !== undefined) return value
      cause = undefined
    } catch (error) {
      cause = error
    }
    if (performance.now() >= end) throw new Error(`not within ${deadlineMs} ms: ${describe(what)}`, { cause })
    await delay(everyMs)
  }
}

function describe(what: string | (() => unknown)): string {
  if (typeof what === 'string') return what
  const value = what()
  return typeof value === 'string' ? value : JSON.stringify(value)
}
