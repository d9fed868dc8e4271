/** What a worker carries now. */
export type WorkerLoad<Id> = { id: Id; consumers: number; rooms: number }

/** The least loaded worker: fewest consumers, which is what costs CPU; among equals the one with fewest rooms. */
export function chooseWorker<Id>(workers: readonly WorkerLoad<Id>[]): Id | undefined {
  return [...workers].sort((a, b) => a.consumers - b.consumers || a.rooms - b.rooms)[0]?.id
}
