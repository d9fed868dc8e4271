/** What a worker carries now. */
export type WorkerLoad<Id> = {
  id: Id
  consumers: number
  /** Peers whose transports it has. */
  peers: number
  rooms: number
  /** How much of its core it uses, 0 to 1. */
  cpu: number
  /** It does not keep dying: see respawn.ts. */
  trusted: boolean
}

/** Somebody who has just come in will be sent about so much: nine voices and a few tiles. */
const EXPECTED_CONSUMERS = 12

/** A worker that uses more of its core gets nobody else while another has room. */
export const MOST_CPU = 0.75

/** Consumers are what costs CPU; those who came in together have none yet. */
const loadOf = ({ consumers, peers }: WorkerLoad<unknown>): number => Math.max(consumers, peers * EXPECTED_CONSUMERS)

/** The least loaded worker; among equals the one with fewest rooms. */
export function chooseWorker<Id>(workers: readonly WorkerLoad<Id>[]): Id | undefined {
  return [...workers].sort((a, b) => loadOf(a) - loadOf(b) || a.rooms - b.rooms)[0]?.id
}

/**
 * Where a newcomer to a room goes: to the least loaded of the workers that carry the room while one of them is within its
 * budget, as each further worker costs a copy of the media; else to the least loaded of all that are, else of all.
 * Workers that keep dying get somebody only where there is no other.
 * @param used the workers that carry the room
 * @param budget most consumers of a worker
 */
export function placePeer<Id>(
  workers: readonly WorkerLoad<Id>[],
  used: ReadonlySet<Id>,
  budget: number,
): Id | undefined {
  const trusted = workers.filter((worker) => worker.trusted)
  const within = trusted.filter((worker) => loadOf(worker) < budget && worker.cpu < MOST_CPU)
  const withinAndUsed = within.filter(({ id }) => used.has(id))
  return chooseWorker([withinAndUsed, within, trusted].find(({ length }) => length > 0) ?? workers)
}

/** How much of what a node can carry its workers carry, 0 to 1 and above. */
export function workersLoad(workers: readonly WorkerLoad<unknown>[], budget: number): number {
  const trusted = workers.filter((worker) => worker.trusted)
  if (trusted.length === 0) return 1
  const loads = trusted.map((worker) => Math.max(loadOf(worker) / budget, worker.cpu / MOST_CPU))
  return loads.reduce((sum, load) => sum + load, 0) / loads.length
}
