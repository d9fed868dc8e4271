/** Notes what a page says to the server and hears of it. Imported before what it watches: some take their copy at once. */

export type Said = { direction: 'out' | 'in'; text: string; at: number }

/** In the order in which it was said. */
export const traffic: Said[] = []
export const connections: RTCPeerConnection[] = []

const note = (direction: 'out' | 'in', text: string) => traffic.push({ direction, text, at: performance.now() })

class WatchedSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols)
    note('out', 'websocket')
    this.addEventListener('open', () => note('in', 'websocket'))
    this.addEventListener('message', ({ data }) => note('in', String(data)))
  }

  override send(data: string): void {
    note('out', data)
    super.send(data)
  }
}

class WatchedConnection extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration)
    connections.push(this)
  }
}

const originalFetch = fetch
globalThis.fetch = async (input, init) => {
  note('out', 'http')
  const response = await originalFetch(input, init)
  note('in', 'http')
  return response
}
globalThis.WebSocket = WatchedSocket
globalThis.RTCPeerConnection = WatchedConnection
