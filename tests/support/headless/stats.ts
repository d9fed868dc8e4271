import type { InboundStream } from './InboundStream.ts'
import type { OutboundStream } from './OutboundStream.ts'
import type { PeerLink } from './PeerLink.ts'

/** Reports with the entries and names of https://www.w3.org/TR/webrtc-stats/, as far as a headless peer knows them. */

interface Entry {
  id: string
  type: string
  [name: string]: unknown
}

function toReport(entries: Entry[]): RTCStatsReport {
  const timestamp = performance.timeOrigin + performance.now()
  return new Map(entries.map((entry) => [entry.id, { timestamp, ...entry }]))
}

export function senderReport(kind: 'audio' | 'video', mid: string, streams: OutboundStream[]): RTCStatsReport {
  return toReport(streams.flatMap((stream) => describeOutbound(kind, mid, stream)))
}

function describeOutbound(kind: 'audio' | 'video', mid: string, stream: OutboundStream): Entry[] {
  const id = `outbound-${stream.ssrc}`
  const outbound: Entry = {
    id,
    type: 'outbound-rtp',
    kind,
    mid,
    ssrc: stream.ssrc,
    rid: stream.rid,
    rtxSsrc: stream.rtxSsrc,
    active: stream.active,
    packetsSent: stream.packetsSent + stream.retransmittedPacketsSent,
    bytesSent: stream.bytesSent + stream.retransmittedBytesSent,
    retransmittedPacketsSent: stream.retransmittedPacketsSent,
    retransmittedBytesSent: stream.retransmittedBytesSent,
    framesSent: kind === 'video' ? stream.framesSent : undefined,
    keyFramesEncoded: kind === 'video' ? stream.keyFramesSent : undefined,
    nackCount: stream.nackCount,
    pliCount: stream.pliCount,
    firCount: stream.firCount,
  }
  const block = stream.lastReport
  if (block === undefined) return [outbound]
  const remote: Entry = {
    id: `remote-inbound-${stream.ssrc}`,
    type: 'remote-inbound-rtp',
    kind,
    ssrc: stream.ssrc,
    localId: id,
    packetsLost: block.totalLost,
    fractionLost: block.fractionLost / 256,
    roundTripTime: stream.roundTripMs === undefined ? undefined : stream.roundTripMs / 1000,
  }
  return [outbound, remote]
}

export function receiverReport(kind: 'audio' | 'video', mid: string, stream: InboundStream): RTCStatsReport {
  const video = kind === 'video'
  return toReport([
    {
      id: `inbound-${stream.options.ssrc}`,
      type: 'inbound-rtp',
      kind,
      mid,
      ssrc: stream.options.ssrc,
      packetsReceived: stream.packetsReceived,
      packetsLost: stream.packetsLost,
      bytesReceived: stream.bytesReceived,
      retransmittedPacketsReceived: stream.retransmittedPacketsReceived,
      jitter: stream.jitter / stream.options.clockRate,
      nackCount: stream.nackCount,
      pliCount: video ? stream.pliCount : undefined,
      framesReceived: video ? stream.framesReceived : undefined,
      // Nothing is decoded: a key frame that came counts.
      keyFramesDecoded: video ? stream.keyFramesReceived : undefined,
      frameWidth: video && stream.frameWidth > 0 ? stream.frameWidth : undefined,
      frameHeight: video && stream.frameHeight > 0 ? stream.frameHeight : undefined,
    },
  ])
}

export function transportReport(link: PeerLink, roundTripMs: number | undefined): RTCStatsReport {
  const { state, pair, bytesSent, bytesReceived } = link.describe()
  const transport: Entry = {
    id: 'transport',
    type: 'transport',
    dtlsState: link.open ? 'connected' : state === 'failed' ? 'failed' : 'connecting',
    iceRole: 'controlling',
    bytesSent,
    bytesReceived,
    packetsSent: link.rtpPacketsSent,
    packetsReceived: link.rtpPacketsReceived,
    selectedCandidatePairId: pair === null ? undefined : 'candidate-pair',
  }
  if (pair === null) return toReport([transport])
  return toReport([
    transport,
    {
      id: 'candidate-pair',
      type: 'candidate-pair',
      transportId: 'transport',
      localCandidateId: 'local-candidate',
      remoteCandidateId: 'remote-candidate',
      state: 'succeeded',
      nominated: true,
      bytesSent,
      bytesReceived,
      currentRoundTripTime: roundTripMs === undefined ? undefined : roundTripMs / 1000,
    },
    describeCandidate('local-candidate', pair.local),
    describeCandidate('remote-candidate', pair.remote),
  ])
}

type SelectedCandidate = NonNullable<ReturnType<PeerLink['describe']>['pair']>['local']

function describeCandidate(type: 'local-candidate' | 'remote-candidate', candidate: SelectedCandidate): Entry {
  return {
    id: type,
    type,
    transportId: 'transport',
    address: candidate.address,
    port: candidate.port,
    protocol: candidate.transportType.toLowerCase().startsWith('tcp') ? 'tcp' : 'udp',
    candidateType: candidate.type,
  }
}
