import { createWorker, type types } from 'mediasoup'
import { withDeadline } from '../lib/deadline.ts'
import { StartError } from '../lib/StartError.ts'
import { WORKER_DEADLINE_MS } from './callWorker.ts'
import { closeMedia } from './closeMedia.ts'

/** A worker that is told to end has so long for it, milliseconds. */
const END_PATIENCE_MS = 2000

/**
 * @param workerBin path of mediasoup-worker; empty: where mediasoup looks by itself
 * @throws StartError in words
 */
export async function startWorker(workerBin: string): Promise<types.Worker> {
  const settings: types.WorkerSettings = { logLevel: 'warn', ...(workerBin === '' ? {} : { workerBin }) }
  try {
    return await withDeadline(
      withoutSignalListeners(() => createWorker(settings)),
      { ms: WORKER_DEADLINE_MS, what: 'start a media worker', onLate: endWorker },
    )
  } catch (error) {
    throw new StartError([
      `The media worker does not start: ${(error as Error).message}`,
      workerBin === ''
        ? 'Run `npm start`, which finds or builds it, or set MEDIASOUP_WORKER_BIN.'
        : `MEDIASOUP_WORKER_BIN=${workerBin} is not a mediasoup-worker that runs here.`,
    ])
  }
}

/** Closes a worker. One that hangs does not hear of it and would keep this process alive: it is killed. */
export function endWorker(worker: types.Worker): void {
  closeMedia(worker)
  if (worker.subprocessClosed) return
  const patience = setTimeout(() => killWorker(worker), END_PATIENCE_MS)
  worker.once('subprocessclose', () => clearTimeout(patience))
}

export function killWorker({ pid }: types.Worker): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just died by itself.
  }
}

/** mediasoup would close its workers at the first signal; here calls go on for a while after it. */
function withoutSignalListeners<T>(create: () => T): T {
  const signals = ['SIGTERM', 'SIGINT'] as const
  const before = signals.map((signal) => new Set(process.listeners(signal)))
  const created = create()
  for (const [at, signal] of signals.entries())
    for (const listener of process.listeners(signal))
      if (!before[at]?.has(listener)) process.removeListener(signal, listener)
  return created
}
