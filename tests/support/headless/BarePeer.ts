import { Device } from 'mediasoup-client'
import { toWireRtpCapabilities, toWireRtpParameters } from '../../../client/sdk/wireMedia.ts'
import type { DtlsParameters } from '../../../shared/media.ts'
import { place, SignalingPeer } from '../SignalingPeer.ts'
import { createHeadlessHandlerFactory } from './HeadlessHandler.ts'
import { audioTrack, type TraceTrack } from './TraceTrack.ts'

/** A microphone without the SDK: what it tells the server beside its sound is the test's. Leaves with the test. */
export class BarePeer {
  readonly signaling: SignalingPeer
  readonly #replace: (track: TraceTrack) => Promise<void>

  static async join(url: string, options: { room: string; name: string }): Promise<BarePeer> {
    const device = await Device.factory({ handlerFactory: createHeadlessHandlerFactory() })
    const { rtpCapabilities } = await place(url, options.room, options.name)
    await device.load({
      routerRtpCapabilities: rtpCapabilities as Parameters<Device['load']>[0]['routerRtpCapabilities'],
    })
    const signaling = await SignalingPeer.join(url, {
      ...options,
      rtpCapabilities: toWireRtpCapabilities(device.recvRtpCapabilities),
      viewport: { tiles: [] },
    })
    if (!signaling.joined) throw new Error('not joined')
    const { sendTransport } = signaling.joined
    const transport = device.createSendTransport(sendTransport as Parameters<Device['createSendTransport']>[0])
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      const input = { transportId: sendTransport.id, dtlsParameters: dtlsParameters as DtlsParameters }
      signaling.request('connectTransport', input).then(() => done(), failed)
    })
    transport.on('produce', ({ rtpParameters }, done, failed) => {
      const input = { transportId: sendTransport.id, source: 'mic' as const }
      signaling
        .request('produce', { ...input, rtpParameters: toWireRtpParameters(rtpParameters) })
        .then(({ producerId }) => done({ id: producerId }), failed)
    })
    signaling.socket.once('disconnect', () => transport.close())
    const producer = await transport.produce({ track: audioTrack('silent'), stopTracks: false })
    return new BarePeer(signaling, (track) => producer.replaceTrack({ track }))
  }

  private constructor(signaling: SignalingPeer, replace: (track: TraceTrack) => Promise<void>) {
    this.signaling = signaling
    this.#replace = replace
  }

  talk(): Promise<void> {
    return this.#replace(audioTrack('talking'))
  }
}
