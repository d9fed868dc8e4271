import type { Cluster, RoomLink } from '../../server/cluster/Cluster.ts'
import { LocalCluster } from '../../server/cluster/LocalCluster.ts'
import type { NodeInfo } from '../../server/cluster/nodeApi.ts'
import { SfuError } from '../../shared/errors.ts'
import type { NodeId } from '../../shared/ids.ts'

/** Nodes that know of each other, and nothing of each other's rooms. The test says what they are. */
export class FakeCluster {
  readonly infos = new Map<string, NodeInfo>()
  /** Who carries every room; undefined: nobody can tell. */
  carrying: string[] | undefined = []

  add(id: string, info: Partial<NodeInfo> = {}): NodeInfo {
    const added = { id: id as NodeId, epoch: id, url: '', privateUrl: '', region: '', load: 0, ...info }
    const node: NodeInfo = { ...added, state: info.state ?? 'ready' }
    this.infos.set(id, node)
    return node
  }

  node(id: string): NodeInfo {
    const node = this.infos.get(id)
    if (!node) throw new Error(`there is no node ${id}`)
    return node
  }

  /** The cluster as one of them sees it. */
  seenBy(id: string): Cluster {
    const alone = new LocalCluster()
    const { infos } = this
    return {
      nodeId: id as NodeId,
      get nodes() {
        return [...infos.values()].sort((a, b) => Number(b.id === id) - Number(a.id === id))
      },
      setState: (state) => {
        this.infos.set(id, { ...this.node(id), state })
      },
      nodesOf: async () => {
        if (!this.carrying) throw new SfuError('notReady')
        return this.carrying as NodeId[]
      },
      openRoom: (): Promise<RoomLink> => alone.openRoom(),
      serve: () => alone.serve(),
      close: () => {},
    }
  }
}
