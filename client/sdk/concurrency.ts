/** The few ways in which the SDK waits: every one of them ends when its owner is closed. */
import type { Log } from './types.ts'

/**
 * The promise's result, unless the signal is aborted first: then its reason is thrown. A closed `RTCPeerConnection`
 * never settles what it was asked for (W3C webrtc, 4.4.1), so whoever waits for one has to look at the owner instead.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const handleAbort = () => reject(signal.reason)
    if (signal.aborted) handleAbort()
    else signal.addEventListener('abort', handleAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', handleAbort))
  })
}

/** Waits `ms` milliseconds, or until `wake` is called; never rejects. */
export function pause(ms: number, signal: AbortSignal): { done: Promise<void>; wake: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const wake = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', wake)
    resolve()
  }
  const timer = setTimeout(wake, ms)
  signal.addEventListener('abort', wake, { once: true })
  if (signal.aborted) wake()
  return { done: promise, wake }
}

/** For work that nobody awaits: what goes wrong is logged, and never an unhandled rejection. */
export function runInBackground(task: Promise<unknown>, what: string, log: Log): void {
  task.catch((error: unknown) => log(`${what} failed`, { error: String(error) }))
}
