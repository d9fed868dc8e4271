/** What wants to be called a few hundred times a second: players of traces and the periodic reports of transports. */
export interface Paced {
  tick(nowMs: number): void
}

const TICK_MS = 4

const members = new Set<Paced>()
let timer: NodeJS.Timeout | undefined

/** One timer for all streams of the process: a timer for each packet of fifty peers would cost more than the packets. */
export function joinPacer(member: Paced): void {
  members.add(member)
  timer ??= setInterval(tickAll, TICK_MS)
}

export function leavePacer(member: Paced): void {
  members.delete(member)
  if (members.size > 0) return
  clearInterval(timer)
  timer = undefined
}

function tickAll(): void {
  const now = performance.now()
  for (const member of members) member.tick(now)
}
