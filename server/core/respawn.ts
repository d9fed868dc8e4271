/** A worker that has lived for so long is trusted, and what happened before it is forgotten, milliseconds. */
export const STABLE_AFTER_MS = 20_000

/** Before the next worker, after so many deaths in a row: at once, then ever later, milliseconds. */
const DELAYS_MS = [0, 500, 2000, 5000, 15_000]

/** From so many deaths in a row on, the next worker has to show first that it stays alive. */
const LOOP_AFTER = 3

/**
 * @param before deaths in a row up to the start of the worker that died now
 * @param livedMs how long it lived; 0 where it did not even start
 */
export function deathsInARow(before: number, livedMs: number, stableAfterMs = STABLE_AFTER_MS): number {
  return livedMs >= stableAfterMs ? 1 : before + 1
}

/** @param deaths in a row, 1 or more */
export function respawnDelayMs(deaths: number): number {
  return DELAYS_MS[Math.min(deaths, DELAYS_MS.length) - 1] ?? 0
}

/** Whether rooms and new people may rely on a worker: it does not stand in a row of deaths, or has outlived it. */
export function isTrusted(deathsBefore: number, livedMs: number, stableAfterMs = STABLE_AFTER_MS): boolean {
  return deathsBefore < LOOP_AFTER || livedMs >= stableAfterMs
}
