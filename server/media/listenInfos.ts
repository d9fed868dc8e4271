import type { NetworkInterfaceInfo } from 'node:os'
import type { types } from 'mediasoup'

/**
 * With the kernel's default of 212 kB half of a burst of 200 streams is lost; with 2 MB nothing was. The kernel caps it
 * at `net.core.rmem_max` and `wmem_max`.
 */
export const SOCKET_BUFFER_BYTES = 4_000_000

/**
 * Where a worker's WebRtcServer listens: every address of the machine, once for each family and protocol. Two entries
 * of one family on one port would not bind; the announced addresses are made from these in `core/candidates.ts`.
 *
 * @param port UDP and TCP; 0: free ones
 */
export function listenInfos(
  port: number,
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): types.TransportListenInfo[] {
  const hasIpv6 = Object.values(interfaces).some((list) => list?.some((entry) => entry.family === 'IPv6'))
  const families = hasIpv6 ? [{ ip: '0.0.0.0' }, { ip: '::', flags: { ipv6Only: true } }] : [{ ip: '0.0.0.0' }]
  return families.flatMap((family) =>
    (['udp', 'tcp'] as const).map((protocol) => ({
      ...family,
      protocol,
      ...(port === 0 ? {} : { port }),
      sendBufferSize: SOCKET_BUFFER_BYTES,
      recvBufferSize: SOCKET_BUFFER_BYTES,
    })),
  )
}
