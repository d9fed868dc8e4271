import type { Logger } from 'pino'

/** Runs what nobody waits for; the only place where a promise is let go, so no rejection is ever unhandled. */
export function runInBackground(task: () => Promise<void>, log: Logger): void {
  task().catch((error: unknown) => log.error({ err: error }, 'background task failed'))
}
