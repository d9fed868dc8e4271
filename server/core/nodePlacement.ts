/** What is known of a node of the cluster: see `NodeInfo`. */
export type NodeLoad = {
  id: string
  region: string
  /** How much of what it can carry it carries, 0 to 1 and above. */
  load: number
  state: 'ready' | 'draining' | 'notReady'
}

export type Newcomer = {
  roomId: string
  /** Where they want to be served; undefined: anywhere. */
  region: string | undefined
  /** The node that has the visit which they continue. */
  visited: string | undefined
}

/** A node that carries more of what it can gets nobody else while another has room. */
const BUDGET = 0.8
/** What a node tells of its load is a second old: smaller differences say nothing. */
const STEPS = 10

/**
 * Which node somebody is sent to: to the one that has their visit; else into the region that they ask for, since what is
 * near is worth a copy of the media; there, and anywhere, to one that carries the room before one that does not, while it
 * is within its budget; else to the least loaded. Nodes that want to stop get somebody only where there is no other, the rest nobody.
 *
 * Those who come at the same time through different doors meet on one node: among equals a hash decides.
 * @param carrying the nodes that carry the room
 */
export function chooseNode<Node extends NodeLoad>(
  nodes: readonly Node[],
  carrying: ReadonlySet<string>,
  { roomId, region, visited }: Newcomer,
): Node | undefined {
  const ready = nodes.filter(({ state }) => state === 'ready')
  const home = ready.find(({ id }) => id === visited)
  if (home) return home
  const candidates = ready.length > 0 ? ready : nodes.filter(({ state }) => state === 'draining')
  const within = candidates.filter(({ load }) => load < BUDGET)
  const carriers = within.filter(({ id }) => carrying.has(id))
  const inRegion = (node: Node) => region === undefined || node.region === region
  const groups = [carriers.filter(inRegion), within.filter(inRegion), carriers, within, candidates]
  const group = groups.find(({ length }) => length > 0) ?? []
  return [...group].sort((a, b) => stepOf(a) - stepOf(b) || hash(roomId, b.id) - hash(roomId, a.id))[0]
}

const stepOf = ({ load }: NodeLoad): number => Math.floor(load * STEPS)

/** FNV-1a, 32 bits, mixed once more: names that differ in their last letter alone are to be far apart. */
function hash(roomId: string, nodeId: string): number {
  let sum = 0x811c9dc5
  for (const letter of `${roomId} ${nodeId}`) sum = Math.imul(sum ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b)
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35)
  return (sum ^ (sum >>> 16)) >>> 0
}
