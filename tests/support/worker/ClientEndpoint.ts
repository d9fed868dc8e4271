import { Device, type types } from 'mediasoup-client'

export interface TransportDescription {
  id: string
  iceParameters: types.IceParameters
  iceCandidates: types.IceCandidate[]
  dtlsParameters: types.DtlsParameters
  sctpParameters?: types.SctpParameters
}

export interface EndpointDescription {
  routerRtpCapabilities: types.RtpCapabilities
  send: TransportDescription
  recv: TransportDescription
}

/** The whole signalling of a test without a server: four calls, made in the process or out of a page. */
export interface Signaling {
  describe(): Promise<EndpointDescription>
  connect(input: { direction: 'send' | 'recv'; dtlsParameters: types.DtlsParameters }): Promise<void>
  produce(input: { kind: types.MediaKind; rtpParameters: types.RtpParameters }): Promise<{ id: string }>
  produceData(input: {
    sctpStreamParameters: types.SctpStreamParameters
    label: string
    protocol: string
  }): Promise<{ id: string }>
}

/** Three spatial layers from small to large. */
export const SIMULCAST: types.RtpEncodingParameters[] = [
  { scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
]

/** A client of a bare router; the same code runs in Node with the headless handler and in a page. Dies at close(). */
export class ClientEndpoint {
  readonly device: Device
  readonly send: types.Transport
  readonly recv: types.Transport

  static async create(signaling: Signaling, handlerFactory?: types.HandlerFactory): Promise<ClientEndpoint> {
    const device = handlerFactory === undefined ? await Device.factory() : new Device({ handlerFactory })
    const { routerRtpCapabilities, send, recv } = await signaling.describe()
    await device.load({ routerRtpCapabilities })
    return new ClientEndpoint(device, signaling, { send, recv })
  }

  private constructor(
    device: Device,
    signaling: Signaling,
    descriptions: { send: TransportDescription; recv: TransportDescription },
  ) {
    this.device = device
    this.send = device.createSendTransport(descriptions.send)
    this.recv = device.createRecvTransport(descriptions.recv)
    for (const transport of [this.send, this.recv]) {
      transport.on('connect', ({ dtlsParameters }, resolve, reject) => {
        signaling.connect({ direction: transport.direction, dtlsParameters }).then(resolve, reject)
      })
    }
    this.send.on('produce', ({ kind, rtpParameters }, resolve, reject) => {
      signaling.produce({ kind, rtpParameters }).then(resolve, reject)
    })
    this.send.on('producedata', ({ sctpStreamParameters, label, protocol }, resolve, reject) => {
      signaling
        .produceData({ sctpStreamParameters, label: label ?? '', protocol: protocol ?? '' })
        .then(resolve, reject)
    })
  }

  close(): void {
    this.send.close()
    this.recv.close()
  }
}
