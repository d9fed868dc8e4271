import type { types } from 'mediasoup-client'
import type { Log } from './types.ts'

/** A failed connection may recover by itself (its checks go on); after that nothing but a new one helps. */
const GRACE_MS = 2500

/** Nothing gets through now; before there is something to connect for, nothing is amiss. */
const DOWN: ReadonlySet<types.ConnectionState> = new Set(['connecting', 'disconnected', 'failed'])

type Events = {
  /** It stays `failed`. `everConnected`: whether media has ever passed. */
  readonly onFailed: (everConnected: boolean) => void
  readonly onDown: (down: boolean) => void
}

/** @returns ends the watch */
export function watchTransport(transport: types.Transport, log: Log, { onFailed, onDown }: Events): () => void {
  let everConnected = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const handleState = (state: types.ConnectionState) => {
    log('transport changed', { direction: transport.direction, state })
    clearTimeout(timer)
    if (state === 'connected') everConnected = true
    onDown(DOWN.has(state))
    if (state === 'failed') timer = setTimeout(() => onFailed(everConnected), GRACE_MS)
  }
  transport.on('connectionstatechange', handleState)
  return () => {
    clearTimeout(timer)
    transport.off('connectionstatechange', handleState)
  }
}
