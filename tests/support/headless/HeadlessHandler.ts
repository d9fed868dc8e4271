import { ortc, type types } from 'mediasoup-client'
import { HandlerInterface } from 'mediasoup-client/handlers/HandlerInterface'
import { nativeRtpCapabilities } from './capabilities.ts'
import { HeadlessDataChannel } from './HeadlessDataChannel.ts'
import type { InboundStream } from './InboundStream.ts'
import { PeerLink } from './PeerLink.ts'
import { ReceivedTrack } from './ReceivedTrack.ts'
import { Receiver } from './Receiver.ts'
import { type EncodingIdentity, identifyEncodings, Sender } from './Sender.ts'
import { receiverReport, senderReport, transportReport } from './stats.ts'
import type { TracePlayer } from './TracePlayer.ts'
import { TraceTrack } from './TraceTrack.ts'

const NAME = 'Headless'

export interface HeadlessOptions {
  /** Network emulation, asked for each RTP packet; true loses it. */
  losesSent?: () => boolean
  losesReceived?: () => boolean
  /** Reports nothing by which a server could estimate the bandwidth: it then sends all that is asked for. */
  unlimited?: boolean
}

/** For `new Device({ handlerFactory })` in Node: ICE, DTLS and SRTP are real, media is recorded and only counted. */
export function createHeadlessHandlerFactory(headless: HeadlessOptions = {}): types.HandlerFactory {
  return {
    name: NAME,
    factory: (options) => new HeadlessHandler(options, headless),
    getNativeRtpCapabilities: async ({ direction }) => {
      const capabilities = nativeRtpCapabilities(direction)
      if (headless.unlimited) removeCongestionControl(capabilities)
      ortc.validateAndNormalizeRtpCapabilities(capabilities)
      return capabilities
    },
  }
}

function removeCongestionControl({ codecs = [] }: types.RtpCapabilities): void {
  for (const codec of codecs)
    codec.rtcpFeedback = codec.rtcpFeedback?.filter(({ type }) => type !== 'transport-cc' && type !== 'goog-remb') ?? []
}

interface Consuming {
  kind: 'audio' | 'video'
  stream: InboundStream
}

/** One mediasoup-client transport. Its single connection is described once; streams come and go without negotiation. */
export class HeadlessHandler extends HandlerInterface {
  readonly receiver: Receiver
  readonly sender: Sender
  readonly #options: types.HandlerOptions
  readonly #link: PeerLink
  readonly #players = new Map<string, TracePlayer>()
  readonly #consuming = new Map<string, Consuming>()
  #connecting: Promise<void> | undefined
  #nextMid = 0
  #nextStreamId = 0
  #closed = false

  constructor(options: types.HandlerOptions, headless: HeadlessOptions) {
    super()
    this.#options = options
    this.#link = new PeerLink({
      withDataChannels: options.sctpParameters !== undefined,
      losesSent: headless.losesSent,
      losesReceived: headless.losesReceived,
      listener: {
        rtp: (packet) => this.receiver.handleRtp(packet),
        rtcp: (packet) => (options.direction === 'send' ? this.sender : this.receiver).handleRtcp(packet),
        stateChange: (state) => this.emit('@connectionstatechange', state),
      },
    })
    this.receiver = new Receiver(this.#link)
    this.sender = new Sender(this.#link)
  }

  get name(): string {
    return NAME
  }

  override close(): void {
    if (this.#closed) return
    this.#closed = true
    this.sender.stop()
    this.receiver.stop()
    this.#link.close()
    this.emit('@close')
    this.removeAllListeners()
  }

  async updateIceServers(): Promise<void> {
    // Only the server's own candidates are used: it is reachable from where tests and benches run.
  }

  async restartIce(): Promise<void> {
    throw new Error('node-datachannel cannot restart ICE: a headless peer has to make a new transport')
  }

  async getTransportStats(): Promise<RTCStatsReport> {
    // As in a browser, a connection's report is of everything on it.
    const reports = await Promise.all([
      ...[...this.#players.keys()].map((localId) => this.getSenderStats(localId)),
      ...[...this.#consuming.keys()].map((localId) => this.getReceiverStats(localId)),
    ])
    const transport = transportReport(this.#link, this.sender.roundTripMs)
    return new Map([transport, ...reports].flatMap((report) => [...report]))
  }

  async send(options: types.HandlerSendOptions): Promise<types.HandlerSendResult> {
    const { track, streamId, encodings, codec } = options
    if (!(track instanceof TraceTrack)) throw new TypeError('a headless peer sends recorded tracks only')
    const capabilities = nativeRtpCapabilities('sendonly')
    ortc.validateAndNormalizeRtpCapabilities(capabilities)
    const extended = this.#options.getSendExtendedRtpCapabilities(capabilities)
    const rtpParameters = ortc.getSendingRtpParameters(track.kind, extended)
    rtpParameters.codecs = ortc.reduceCodecs(rtpParameters.codecs, codec)
    await this.#connect()

    const localId = String(this.#nextMid++)
    const identities = identifyEncodings(encodings)
    const withRtx = rtpParameters.codecs.length > 1
    rtpParameters.mid = localId
    rtpParameters.msid = `${streamId ?? this.sender.cname} ${track.id}`
    rtpParameters.rtcp = { cname: this.sender.cname, reducedSize: true }
    rtpParameters.encodings = identities.map((identity, index) =>
      describeEncoding(identity, withRtx, encodings?.[index]),
    )
    this.#players.set(localId, this.sender.add(track, rtpParameters, identities))
    return { localId, rtpParameters }
  }

  async stopSending(localId: string): Promise<void> {
    if (this.#closed) return
    this.sender.remove(this.#player(localId))
    this.#players.delete(localId)
  }

  async pauseSending(localId: string): Promise<void> {
    this.#player(localId).setPaused(true)
  }

  async resumeSending(localId: string): Promise<void> {
    this.#player(localId).setPaused(false)
  }

  async replaceTrack(localId: string, track: MediaStreamTrack | null): Promise<void> {
    if (track !== null && !(track instanceof TraceTrack))
      throw new TypeError('a headless peer sends recorded tracks only')
    this.#player(localId).setTrack(track)
  }

  async setMaxSpatialLayer(localId: string, spatialLayer: number): Promise<void> {
    this.#player(localId).setActive((index) => index <= spatialLayer)
  }

  /** Only `active` has a meaning for a recording. */
  async setRtpEncodingParameters(localId: string, { active }: Partial<RTCRtpEncodingParameters>): Promise<void> {
    if (active !== undefined) this.#player(localId).setActive(() => active)
  }

  async getSenderStats(localId: string): Promise<RTCStatsReport> {
    const player = this.#player(localId)
    return senderReport(player.track?.kind ?? 'video', localId, player.streams)
  }

  async sendDataChannel({
    sctpStreamParameters,
  }: types.HandlerSendDataChannelOptions): Promise<types.HandlerSendDataChannelResult> {
    const { ordered, maxPacketLifeTime, maxRetransmits, label, protocol } = sctpStreamParameters
    await this.#connect()
    const streamId = this.#nextStreamId++
    const dataChannel = this.#openDataChannel({ ...sctpStreamParameters, streamId }, label, protocol)
    return { dataChannel, sctpStreamParameters: { streamId, ordered, maxPacketLifeTime, maxRetransmits } }
  }

  async receive(optionsList: types.HandlerReceiveOptions[]): Promise<types.HandlerReceiveResult[]> {
    const results = optionsList.map(({ trackId, kind, rtpParameters }) => {
      const localId = rtpParameters.mid ?? trackId
      const stream = this.receiver.add(rtpParameters)
      this.#consuming.set(localId, { kind, stream })
      return { localId, track: new ReceivedTrack(kind, trackId, stream) }
    })
    await this.#connect()
    return results
  }

  async stopReceiving(localIds: string[]): Promise<void> {
    if (this.#closed) return
    for (const localId of localIds) {
      this.receiver.remove(this.#consumer(localId).stream)
      this.#consuming.delete(localId)
    }
  }

  async pauseReceiving(localIds: string[]): Promise<void> {
    for (const localId of localIds) this.#consumer(localId).stream.setPaused(true)
  }

  async resumeReceiving(localIds: string[]): Promise<void> {
    for (const localId of localIds) this.#consumer(localId).stream.setPaused(false)
  }

  async getReceiverStats(localId: string): Promise<RTCStatsReport> {
    const { kind, stream } = this.#consumer(localId)
    return receiverReport(kind, localId, stream)
  }

  async receiveDataChannel(
    options: types.HandlerReceiveDataChannelOptions,
  ): Promise<types.HandlerReceiveDataChannelResult> {
    await this.#connect()
    return { dataChannel: this.#openDataChannel(options.sctpStreamParameters, options.label, options.protocol) }
  }

  getDataChannelMaxMessageSize(): number | undefined {
    return this.#options.sctpParameters?.maxReceiveMessageSize
  }

  /** Asks the other side to learn our fingerprint, then starts ICE; once for each transport. */
  #connect(): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the handler is closed'))
    this.#connecting ??= this.#handOverFingerprint().catch((error: unknown) => {
      this.#connecting = undefined
      throw error
    })
    return this.#connecting
  }

  async #handOverFingerprint(): Promise<void> {
    const dtlsParameters: types.DtlsParameters = { role: 'client', fingerprints: [this.#link.fingerprint] }
    this.emit('@connectionstatechange', 'connecting')
    await new Promise<void>((resolve, reject) => this.emit('@connect', { dtlsParameters }, resolve, reject))
    this.#link.connect({
      iceParameters: this.#options.iceParameters,
      iceCandidates: this.#options.iceCandidates,
      dtlsParameters: this.#options.dtlsParameters,
      sctpParameters: this.#options.sctpParameters,
    })
  }

  #openDataChannel(parameters: types.SctpStreamParameters, label = '', protocol = ''): HeadlessDataChannel {
    return new HeadlessDataChannel(this.#link, {
      label,
      protocol,
      id: parameters.streamId ?? 0,
      ordered: parameters.ordered ?? true,
      maxPacketLifeTime: parameters.maxPacketLifeTime,
      maxRetransmits: parameters.maxRetransmits,
    })
  }

  #player(localId: string): TracePlayer {
    const player = this.#players.get(localId)
    if (player === undefined) throw new Error(`nothing is sent as ${localId}`)
    return player
  }

  #consumer(localId: string): Consuming {
    const consuming = this.#consuming.get(localId)
    if (consuming === undefined) throw new Error(`nothing is received as ${localId}`)
    return consuming
  }
}

function describeEncoding(
  { ssrc, rtxSsrc, rid }: EncodingIdentity,
  withRtx: boolean,
  given: types.RtpEncodingParameters = {},
): types.RtpEncodingParameters {
  if (rid !== undefined) return { ...given, rid, scalabilityMode: 'L1T3' }
  return withRtx ? { ...given, ssrc, rtx: { ssrc: rtxSsrc } } : { ...given, ssrc }
}
