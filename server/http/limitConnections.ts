import type { Server } from 'node:http'
import { type IsTrustedProxy, networkOf } from '../lib/clientAddress.ts'

/** Most connections; `perAddress` counts websockets, beside which pages need some for a moment. */
export type ConnectionLimits = { inAll: number; perAddress: number }

const CONNECTIONS_PER_WEBSOCKET = 4

/** Closes connections above the limits as they come, before anything is read. A trusted proxy counts for many. */
export function limitConnections(server: Server, limits: ConnectionLimits, isTrustedProxy: IsTrustedProxy): void {
  const most = limits.perAddress * CONNECTIONS_PER_WEBSOCKET
  const counts = new Map<string, number>()
  server.maxConnections = limits.inAll
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? ''
    if (isTrustedProxy(address)) return
    const network = networkOf(address)
    const count = counts.get(network) ?? 0
    if (count >= most) {
      socket.destroy()
      return
    }
    counts.set(network, count + 1)
    socket.once('close', () => {
      const left = (counts.get(network) ?? 1) - 1
      if (left > 0) counts.set(network, left)
      else counts.delete(network)
    })
  })
}
