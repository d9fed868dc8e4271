import type { types } from 'mediasoup-client'
import nodeDataChannel, { type DataChannelInitConfig, type RTCPeerConnectionState } from 'node-datachannel'
import type { PacketSink } from './OutboundStream.ts'
import { isRtcp } from './rtpPacket.ts'
import {
  MEDIA_MID,
  PLACEHOLDER_PAYLOAD_TYPE,
  type RemoteParameters,
  readFingerprint,
  writeAnswer,
} from './sessionDescription.ts'

const { PeerConnection, Video } = nodeDataChannel

/** Larger than the library's 1280, which would refuse a full video packet with its header extensions. */
const MTU = 1500
/** Opened so that the description has a section for data channels from the start; nothing is ever sent on it. */
const PLACEHOLDER_CHANNEL_ID = 1023

export interface PeerLinkListener {
  rtp(packet: Buffer): void
  rtcp(packet: Buffer): void
  stateChange(state: RTCPeerConnectionState): void
}

export interface PeerLinkOptions {
  listener: PeerLinkListener
  withDataChannels: boolean
  /** Network emulation: true loses the packet. Asked for RTP only, retransmissions included. */
  losesSent: (() => boolean) | undefined
  losesReceived: (() => boolean) | undefined
}

/** One libdatachannel PeerConnection: real ICE, DTLS and SRTP under raw RTP. Owned by its handler, dies at close(). */
export class PeerLink implements PacketSink {
  readonly fingerprint: types.DtlsFingerprint
  /** RTP and RTCP before encryption; the library counts data channels only. */
  bytesSent = 0
  bytesReceived = 0
  rtpPacketsSent = 0
  rtpPacketsReceived = 0
  readonly #connection: InstanceType<typeof PeerConnection>
  readonly #track: ReturnType<InstanceType<typeof PeerConnection>['addTrack']>
  readonly #channels: ReturnType<InstanceType<typeof PeerConnection>['createDataChannel']>[] = []
  readonly #losesSent: (() => boolean) | undefined
  #open = false
  #closed = false
  #transportSequence = 0

  constructor({ listener, withDataChannels, losesSent, losesReceived }: PeerLinkOptions) {
    this.#losesSent = losesSent
    this.#connection = new PeerConnection('headless', { iceServers: [], mtu: MTU, disableAutoNegotiation: true })
    const media = new Video(MEDIA_MID, 'SendRecv')
    media.addVP8Codec(PLACEHOLDER_PAYLOAD_TYPE)
    this.#track = this.#connection.addTrack(media)
    this.#track.onOpen(() => {
      this.#open = !this.#closed
    })
    this.#track.onClosed(() => {
      this.#open = false
    })
    this.#track.onMessage((packet) => {
      if (this.#closed) return
      this.bytesReceived += packet.length
      if (isRtcp(packet)) {
        listener.rtcp(packet)
      } else if (!losesReceived?.()) {
        this.rtpPacketsReceived += 1
        listener.rtp(packet)
      }
    })
    this.#connection.onStateChange((state) => {
      if (!this.#closed && isConnectionState(state)) listener.stateChange(state)
    })
    if (withDataChannels) {
      // Without a listener the wrapper of a closed channel is never let go of, and the process does not end.
      this.createDataChannel('', { negotiated: true, id: PLACEHOLDER_CHANNEL_ID }).onClosed(() => {})
    }
    this.#connection.setLocalDescription('offer')
    const offer = this.#connection.localDescription()
    if (offer === null) throw new Error('the library made no offer')
    this.fingerprint = readFingerprint(offer.sdp)
  }

  /** ICE starts here. Candidates go in with the description: the library aborts the process on a candidate before it. */
  connect(remote: RemoteParameters): void {
    if (!this.#closed) this.#connection.setRemoteDescription(writeAnswer(remote), 'answer')
  }

  /** True from the end of the DTLS handshake. */
  get open(): boolean {
    return this.#open
  }

  sendRtp(packet: Buffer): void {
    if (!this.#open) return
    this.rtpPacketsSent += 1
    this.bytesSent += packet.length
    if (!this.#losesSent?.()) this.#send(packet)
  }

  sendRtcp(packet: Buffer): void {
    if (!this.#open) return
    this.bytesSent += packet.length
    this.#send(packet)
  }

  #send(packet: Buffer): void {
    try {
      this.#track.sendMessageBinary(packet)
    } catch (error) {
      // The other end has said good-bye (a DTLS alert) on the library's own thread; what tells of it is still on its way.
      if (this.#track.isOpen()) throw error
    }
  }

  nextTransportSequence(): number {
    const sequence = this.#transportSequence
    this.#transportSequence = (sequence + 1) & 0xffff
    return sequence
  }

  createDataChannel(label: string, config: DataChannelInitConfig) {
    const channel = this.#connection.createDataChannel(label, config)
    this.#channels.push(channel)
    return channel
  }

  describe() {
    return {
      state: this.#connection.state(),
      pair: this.#open ? this.#connection.getSelectedCandidatePair() : null,
      bytesSent: this.bytesSent + this.#connection.bytesSent(),
      bytesReceived: this.bytesReceived + this.#connection.bytesReceived(),
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#open = false
    // Each closes for itself: what is left to the connection keeps its callbacks, and with them the process, alive.
    for (const channel of this.#channels) channel.close()
    this.#track.close()
    this.#connection.close()
  }
}

const CONNECTION_STATES: readonly string[] = ['new', 'connecting', 'connected', 'disconnected', 'failed', 'closed']

function isConnectionState(state: string): state is RTCPeerConnectionState {
  return CONNECTION_STATES.includes(state)
}
