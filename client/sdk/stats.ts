/** From the reports of W3C webrtc-stats to the shapes of the SDK: pure. Browsers leave out what they do not know. */
import type { CallStats, TrackStats } from './types.ts'

type StreamStats = TrackStats['streams'][number]
type TransportStats = CallStats['transports'][number]
/** One entry of a report; what it holds depends on its `type`, its browser and its version. */
type Entry = Readonly<Record<string, unknown>>
/** `RTCStatsReport`, or what stands for it outside of a browser. */
type Report = { forEach(visit: (entry: Entry) => void): void }

/**
 * One for each simulcast layer, in the order of their sizes (`rid`).
 * @param mid of the track, where the report is of a whole connection
 */
export function sentStreams(report: Report, mid?: string): StreamStats[] {
  const entries = entriesOf(report)
  const streams = entries
    .filter((entry) => isStream(entry, 'outbound-rtp', mid))
    .map((entry) => sentStream(entry, entries))
  return streams.sort((a, b) => ((a.rid ?? '') < (b.rid ?? '') ? -1 : 1))
}

/** @param mid as of {@link sentStreams} */
export function receivedStreams(report: Report, mid?: string): StreamStats[] {
  const entries = entriesOf(report)
  return entries
    .filter((entry) => isStream(entry, 'inbound-rtp', mid))
    .map((entry) => ({
      ...common(entry, entries),
      packets: numberOf(entry, 'packetsReceived') ?? 0,
      bytes: numberOf(entry, 'bytesReceived') ?? 0,
      ...optional('packetsLost', numberOf(entry, 'packetsLost')),
      ...optional('packetsRepaired', numberOf(entry, 'retransmittedPacketsReceived')),
      ...optional('framesDecoded', numberOf(entry, 'framesDecoded')),
      ...optional('totalAudioEnergy', numberOf(entry, 'totalAudioEnergy')),
      ...optional('jitterSeconds', numberOf(entry, 'jitter')),
    }))
}

/** The pair of candidates in use. */
export function selectedPair(report: Report): Omit<TransportStats, 'direction' | 'state'> {
  const entries = entriesOf(report)
  const pair = findSelectedPair(entries)
  if (pair === undefined) return {}
  const local = entries.find(({ id }) => id === pair.localCandidateId)
  const remote = entries.find(({ id }) => id === pair.remoteCandidateId)
  const protocol = (['udp', 'tcp'] as const).find((known) => known === local?.protocol)
  return {
    ...optional('protocol', protocol),
    ...optional('remoteAddress', typeof remote?.address === 'string' ? remote.address : undefined),
    ...optional('roundTripTimeSeconds', numberOf(pair, 'currentRoundTripTime')),
    ...optional('availableOutgoingBitrate', numberOf(pair, 'availableOutgoingBitrate')),
  }
}

function sentStream(entry: Entry, entries: Entry[]): StreamStats {
  // The receiver's view; Chromium and Firefox link it in one direction or the other.
  const remote = entries.find(
    ({ type, id, localId }) => type === 'remote-inbound-rtp' && (id === entry.remoteId || localId === entry.id),
  )
  const source = entries.find(({ type, id }) => type === 'media-source' && id === entry.mediaSourceId)
  return {
    ...common(entry, entries),
    packets: numberOf(entry, 'packetsSent') ?? 0,
    bytes: numberOf(entry, 'bytesSent') ?? 0,
    ...optional('rid', typeof entry.rid === 'string' ? entry.rid : undefined),
    ...optional('packetsLost', remote && numberOf(remote, 'packetsLost')),
    ...optional('framesEncoded', numberOf(entry, 'framesEncoded')),
    ...optional('keyFrameRequests', sumOf(entry, 'pliCount', 'firCount')),
    ...optional('totalAudioEnergy', source && numberOf(source, 'totalAudioEnergy')),
    ...optional('jitterSeconds', remote && numberOf(remote, 'jitter')),
    ...optional('roundTripTimeSeconds', remote && numberOf(remote, 'roundTripTime')),
    ...optional(
      'limitedBy',
      LIMITS.find((known) => known === entry.qualityLimitationReason),
    ),
  }
}

const LIMITS = ['none', 'cpu', 'bandwidth', 'other'] as const

const isStream = (entry: Entry, type: string, mid: string | undefined): boolean =>
  entry.type === type && (mid === undefined || entry.mid === mid)

type Common = Pick<StreamStats, 'ssrc' | 'codec' | 'frameWidth' | 'frameHeight' | 'framesPerSecond'>

function common(entry: Entry, entries: Entry[]): Common {
  const codec = entry.codecId === undefined ? undefined : entries.find(({ id }) => id === entry.codecId)?.mimeType
  return {
    ssrc: numberOf(entry, 'ssrc') ?? 0,
    ...optional('codec', typeof codec === 'string' ? codec : undefined),
    ...optional('framesPerSecond', numberOf(entry, 'framesPerSecond')),
    ...optional('frameWidth', numberOf(entry, 'frameWidth')),
    ...optional('frameHeight', numberOf(entry, 'frameHeight')),
  }
}

/** Named by the transport; where there is none (older Firefox), marked on the pair itself. */
function findSelectedPair(entries: Entry[]): Entry | undefined {
  const transport = entries.find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId)
  const pairs = entries.filter(({ type }) => type === 'candidate-pair')
  return (
    pairs.find(({ id }) => id === transport?.selectedCandidatePairId) ??
    pairs.find(({ selected }) => selected === true) ??
    pairs.find(({ nominated, state }) => nominated === true && state === 'succeeded')
  )
}

function entriesOf(report: Report): Entry[] {
  const entries: Entry[] = []
  report.forEach((entry) => {
    entries.push(entry)
  })
  return entries
}

function numberOf(entry: Entry, name: string): number | undefined {
  const value = entry[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function sumOf(entry: Entry, ...names: string[]): number | undefined {
  const values = names.map((name) => numberOf(entry, name)).filter((value) => value !== undefined)
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0)
}

function optional<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: V }
}
