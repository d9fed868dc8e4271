import { SfuError } from '../../shared/errors.ts'
import { withDeadline } from '../lib/deadline.ts'

/** Every call to a worker is answered within this time or counts as failed, milliseconds. */
export const WORKER_DEADLINE_MS = 5000

/**
 * Awaits a call to a worker, with its deadline, and puts what mediasoup throws into the contract's words: TypeError
 * means that the parameters do not fit, some names that the object or its worker is gone.
 *
 * @param onLate what to do with a value that comes after the deadline
 */
export async function callWorker<T>(call: Promise<T>, what: string, onLate?: (value: T) => void): Promise<T> {
  try {
    return await withDeadline(call, { ms: WORKER_DEADLINE_MS, what, ...(onLate ? { onLate } : {}) })
  } catch (error) {
    if (error instanceof SfuError) throw error
    const cause = error as Error
    if (cause instanceof TypeError || cause.name === 'UnsupportedError')
      throw new SfuError('unsupportedMedia', `${what}: ${cause.message}`, { cause })
    if (cause.name === 'WorkerClosedError' || cause.name === 'NotFoundError')
      throw new SfuError('roomClosed', undefined, { cause })
    if (/already exists in RTP listener/.test(cause.message))
      throw new SfuError('conflict', 'an ssrc, mid or rid is in use already', { cause })
    throw new Error(`${what}: ${cause.message}`, { cause })
  }
}
