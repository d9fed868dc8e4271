import type { types } from 'mediasoup-client'
import type { PeerId } from '../../shared/ids.ts'
import type { Session } from './Session.ts'
import { receivedStreams, selectedPair, sentStreams } from './stats.ts'
import type { CallStats } from './types.ts'

const NO_REPORT: RTCStatsReport = new Map()

/** One question to each connection, however many tracks it has; what is closed while it is asked is left out. */
export async function collectStats(session: Session, selfId: PeerId): Promise<CallStats> {
  const asked = await Promise.all(
    session.transports.map(async (transport) => [transport, await ask(transport)] as const),
  )
  const reportOf = (direction: 'send' | 'recv') =>
    asked.find(([transport]) => transport.direction === direction)?.[1] ?? NO_REPORT
  const [sent, received] = [reportOf('send'), reportOf('recv')]
  return {
    takenAt: performance.now(),
    worker: session.worker,
    sent: (session.sender?.producers ?? []).map(({ source, producer }) => ({
      peerId: selfId,
      source,
      streams: sentStreams(sent, producer.localId),
    })),
    received: (session.receiver?.consumers ?? []).map(({ peerId, source, consumer, layers }) => ({
      peerId,
      source,
      streams: receivedStreams(received, consumer.localId),
      ...(layers && { layers: { current: layers.spatialLayer, wanted: layers.wantedLayer } }),
    })),
    transports: asked.map(([{ direction, connectionState: state }, report]) => ({
      direction,
      state,
      ...selectedPair(report),
    })),
  }
}

export const noStats = (): CallStats => ({
  takenAt: performance.now(),
  worker: undefined,
  sent: [],
  received: [],
  transports: [],
})

const ask = (transport: types.Transport): Promise<RTCStatsReport> => transport.getStats().catch(() => NO_REPORT)
