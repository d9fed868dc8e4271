import type { NodeId, RoomId } from '../../shared/ids.ts'
import type { Placement } from '../../shared/protocol.ts'
import type { Cluster } from '../cluster/Cluster.ts'
import { chooseNode } from '../core/nodePlacement.ts'

type Wanted = { roomId: RoomId; region: string | undefined; visited: NodeId | undefined }

/** A client that has lost two nodes asks no more of them than these. */
const MOST_FALLBACKS = 8

/** Says which node somebody is sent to, and which others they may ask when it is gone. */
export function createNodeChoice(cluster: Cluster) {
  return async (wanted: Wanted): Promise<Pick<Placement, 'nodeUrl' | 'fallbackUrls'>> => {
    // Where another is reached nobody knows without its address; this one is where the page came from.
    const nodes = cluster.nodes.filter(({ id, url }) => id === cluster.nodeId || url !== '')
    const carrying = nodes.length > 1 ? await carriersOf(wanted.roomId) : []
    const here = nodes.find(({ id }) => id === cluster.nodeId)
    const chosen = carrying ? chooseNode(nodes, new Set(carrying), wanted) : here
    const others = nodes.filter(({ url, state }) => url !== '' && url !== chosen?.url && state !== 'notReady')
    return {
      nodeUrl: (chosen ?? here)?.url ?? '',
      ...(others.length > 0 && { fallbackUrls: others.map(({ url }) => url).slice(0, MOST_FALLBACKS) }),
    }
  }

  /** Undefined: nobody can tell. Then here, where the room at least can be, is better than anywhere. */
  async function carriersOf(roomId: RoomId): Promise<NodeId[] | undefined> {
    try {
      return await cluster.nodesOf(roomId)
    } catch {
      return undefined
    }
  }
}
