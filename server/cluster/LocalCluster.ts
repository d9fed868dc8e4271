import { SfuError } from '../../shared/errors.ts'
import type { NodeId } from '../../shared/ids.ts'
import type { Cluster, RoomLink } from './Cluster.ts'
import type { NodeInfo } from './nodeApi.ts'

/** One node alone: there is nobody to tell anything. */
export class LocalCluster implements Cluster {
  readonly nodeId = 'local' as NodeId
  #state: NodeInfo['state'] = 'ready'

  get nodes(): NodeInfo[] {
    return [{ id: this.nodeId, epoch: '', url: '', privateUrl: '', region: '', load: 0, state: this.#state }]
  }

  setState(state: NodeInfo['state']): void {
    this.#state = state
  }

  async nodesOf(): Promise<NodeId[]> {
    return []
  }

  async openRoom(): Promise<RoomLink> {
    return {
      nodeId: this.nodeId,
      setState: () => {},
      sendEvent: () => {},
      command: async () => {
        throw new SfuError('notFound')
      },
      close: () => {},
    }
  }

  async serve(): Promise<void> {}

  close(): void {}
}
