import type { types } from 'mediasoup-client'
import type { Log } from './types.ts'

/** A connection may recover by itself (its checks go on); after that nothing but another path helps. */
const GRACE_MS = 2500

/** Nothing gets through now; before there is something to connect for, nothing is amiss. */
const DOWN: ReadonlySet<types.ConnectionState> = new Set(['connecting', 'disconnected', 'failed'])

type Events = {
  readonly onConnected: () => void
  /** It was connected, and is so no more; it may recover in a moment. */
  readonly onDisconnected: () => void
  /** It stays so. */
  readonly onLost: () => void
  /** It has failed. `everConnected`: whether media has ever passed. */
  readonly onFailed: (everConnected: boolean) => void
  readonly onDown: (down: boolean) => void
}

/** @returns ends the watch */
export function watchTransport(transport: types.Transport, log: Log, events: Events): () => void {
  let everConnected = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const handleState = (state: types.ConnectionState) => {
    log('transport changed', { direction: transport.direction, state })
    clearTimeout(timer)
    events.onDown(DOWN.has(state))
    if (state === 'connected') {
      everConnected = true
      events.onConnected()
    } else if (state === 'disconnected') {
      events.onDisconnected()
      timer = setTimeout(events.onLost, GRACE_MS)
    } else if (state === 'failed')
      timer = setTimeout(() => events.onFailed(everConnected), everConnected ? 0 : GRACE_MS)
  }
  transport.on('connectionstatechange', handleState)
  return () => {
    clearTimeout(timer)
    transport.off('connectionstatechange', handleState)
  }
}
