/** What a worker carries now. */
export type WorkerLoad<Id> = { id: Id; consumers: number; rooms: number; trusted: boolean }

/**
 * The least loaded of those that can be relied on, or of all if there is none: fewest consumers, which is what costs CPU;
 * among equals the one with fewest rooms.
 */
export function chooseWorker<Id>(workers: readonly WorkerLoad<Id>[]): Id | undefined {
  return [...workers].sort(
    (a, b) => Number(b.trusted) - Number(a.trusted) || a.consumers - b.consumers || a.rooms - b.rooms,
  )[0]?.id
}
