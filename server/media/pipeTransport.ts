import type { types } from 'mediasoup'
import type { PipeEnd } from '../cluster/nodeApi.ts'
import { callWorker } from './callWorker.ts'
import { closeMedia } from './closeMedia.ts'
import { SOCKET_BUFFER_BYTES } from './listenInfos.ts'

/** Where the ends of pipes to other nodes listen: an address that those reach, and the ports that are open to them. */
export type PipeAddress = { address: string; ports: { min: number; max: number } }

/**
 * One end of a pipe to another node: encrypted, and what is lost on the way is sent again.
 *
 * @param listen undefined: nodes of one machine
 */
export function createPipeTransport(
  router: types.Router,
  listen: PipeAddress | undefined,
): Promise<types.PipeTransport> {
  const creation = router.createPipeTransport({
    listenInfo: {
      protocol: 'udp',
      ip: listen?.address ?? '127.0.0.1',
      ...(listen && { portRange: listen.ports }),
      sendBufferSize: SOCKET_BUFFER_BYTES,
      recvBufferSize: SOCKET_BUFFER_BYTES,
    },
    enableSrtp: true,
    enableRtx: true,
  })
  return callWorker(creation, 'open a pipe', closeMedia)
}

/** What the other side needs to connect to it. */
export function endOf({ tuple, srtpParameters }: types.PipeTransport): PipeEnd {
  if (!srtpParameters) throw new Error('a pipe without encryption')
  return { ip: tuple.localAddress, port: tuple.localPort, srtpParameters }
}
