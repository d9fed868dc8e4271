import type { PeerId } from '../../shared/ids.ts'
import type { Session } from './Session.ts'
import { receivedStreams, selectedPair, sentStreams } from './stats.ts'
import type { CallStats, TrackStats } from './types.ts'

/** Asks everything at once; what is closed while it is asked is left out. */
export async function collectStats(session: Session, selfId: PeerId): Promise<CallStats> {
  const [sent, received, transports] = await Promise.all([
    settle(
      (session.sender?.producers ?? []).map(async ({ source, producer }): Promise<TrackStats> => {
        return { peerId: selfId, source, streams: sentStreams(await producer.getStats()) }
      }),
    ),
    settle(
      (session.receiver?.consumers ?? []).map(async ({ peerId, source, consumer }): Promise<TrackStats> => {
        return { peerId, source, streams: receivedStreams(await consumer.getStats()) }
      }),
    ),
    settle(
      session.transports.map(async (transport): Promise<CallStats['transports'][number]> => {
        const { direction, connectionState: state } = transport
        return { direction, state, ...selectedPair(await transport.getStats()) }
      }),
    ),
  ])
  return { sent, received, transports }
}

export const NO_STATS: CallStats = { sent: [], received: [], transports: [] }

async function settle<T>(promises: Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises)
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}
