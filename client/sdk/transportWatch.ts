import type { types } from 'mediasoup-client'
import type { Log } from './types.ts'

/** A failed connection may recover by itself (its checks go on); after that nothing but a new one helps. */
const GRACE_MS = 2500

/**
 * Calls `onFailed` when a transport stays `failed`.
 * @param onFailed `everConnected`: whether media has ever passed
 * @returns ends the watch
 */
export function watchTransport(
  transport: types.Transport,
  log: Log,
  onFailed: (everConnected: boolean) => void,
): () => void {
  let everConnected = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const handleState = (state: types.ConnectionState) => {
    log('transport changed', { direction: transport.direction, state })
    clearTimeout(timer)
    if (state === 'connected') everConnected = true
    if (state === 'failed') timer = setTimeout(() => onFailed(everConnected), GRACE_MS)
  }
  transport.on('connectionstatechange', handleState)
  return () => {
    clearTimeout(timer)
    transport.off('connectionstatechange', handleState)
  }
}
