/** Whether media gets through to the server, found out before anyone joins. */
import type { types } from 'mediasoup-client'
import { pause } from './concurrency.ts'
import { selectedPair } from './stats.ts'
import type { MediaPath } from './types.ts'

/** Where media gets through at all it does so within a second or two, by TCP as well. */
const PATIENCE_MS = 6000

/**
 * Tells how far the transport has come: `checking` at once, then how media goes, or that none does; also when that
 * changes. Ends with the signal.
 */
export async function watchMediaPath(
  transport: types.Transport,
  signal: AbortSignal,
  onPath: (path: MediaPath) => void,
): Promise<void> {
  const handleState = async (state: types.ConnectionState) => {
    if (state === 'failed') onPath('none')
    if (state !== 'connected') return
    const path = await pathOf([transport])
    if (path && !signal.aborted) onPath(path)
  }
  onPath('checking')
  transport.on('connectionstatechange', handleState)
  signal.addEventListener('abort', () => transport.off('connectionstatechange', handleState), { once: true })
  await pause(PATIENCE_MS, signal).done
  if (!signal.aborted && transport.connectionState !== 'connected') onPath('none')
}

/** How media gets through transports, the worse of them; undefined while none is connected. */
export async function pathOf(transports: readonly types.Transport[]): Promise<'udp' | 'tcp' | undefined> {
  const connected = transports.filter(({ connectionState }) => connectionState === 'connected')
  const reports = await Promise.all(connected.map((transport) => transport.getStats()))
  const protocols = reports.map((report) => selectedPair(report).protocol ?? 'udp')
  return protocols.find((protocol) => protocol === 'tcp') ?? protocols[0]
}

/**
 * Lets a transport connect that has nothing to receive: a voice that nobody will ever send is enough for the browser to
 * begin its checks, and the server need not know of it.
 */
export async function connectIdle(transport: types.Transport, capabilities: types.RtpCapabilities): Promise<void> {
  const codec = capabilities.codecs?.find(({ kind }) => kind === 'audio')
  if (codec?.preferredPayloadType === undefined) return
  const { mimeType, preferredPayloadType: payloadType, clockRate, channels, parameters } = codec
  await transport.consume({
    id: 'idle',
    producerId: 'idle',
    kind: 'audio',
    rtpParameters: {
      // The server counts its own from 0.
      mid: 'idle',
      codecs: [{ mimeType, payloadType, clockRate, ...(channels && { channels }), ...(parameters && { parameters }) }],
      encodings: [{ ssrc: 1 }],
      rtcp: { cname: 'idle' },
    },
  })
}
