import { randomUUID } from 'node:crypto'
import type { types } from 'mediasoup-client'
import { onTestFinished } from 'vitest'
import { toWireDtlsParameters, toWireRtpCapabilities, toWireRtpParameters } from '../../client/sdk/wireMedia.ts'
import type { VideoDemand } from '../../server/core/layers.ts'
import type { WantedProducer } from '../../server/core/subscriptions.ts'
import { routerRtpCapabilities } from '../../server/media/codecs.ts'
import type { PeerMedia } from '../../server/media/MediaPort.ts'
import type { ConsumerId, PeerId } from '../../shared/ids.ts'
import { createHeadlessHandlerFactory } from './headless/HeadlessHandler.ts'
import { ReceivedTrack } from './headless/ReceivedTrack.ts'
import type { TraceTrack } from './headless/TraceTrack.ts'
import type { LinkedRoom } from './linkedRooms.ts'
import { until } from './until.ts'
import { ClientEndpoint, SIMULCAST } from './worker/ClientEndpoint.ts'
import { overTheWire } from './worker/ServerEndpoint.ts'

export type Watched = { id: ConsumerId; track: ReceivedTrack; wanted: WantedProducer }

/** A headless client of a MediaPort's room, without a server around it. Leaves with the test. */
export class RoomPeer {
  readonly id: PeerId
  readonly media: PeerMedia
  readonly client: ClientEndpoint
  readonly #room: LinkedRoom

  static async join(room: LinkedRoom): Promise<RoomPeer> {
    const id = randomUUID() as PeerId
    const handlerFactory = createHeadlessHandlerFactory()
    const capabilities = overTheWire<types.RtpCapabilities>(routerRtpCapabilities())
    const device = new (await import('mediasoup-client')).Device({ handlerFactory })
    await device.load({ routerRtpCapabilities: capabilities })
    const rtpCapabilities = toWireRtpCapabilities(device.recvRtpCapabilities)
    const media = await room.media.openPeer({ peerId: id, rtpCapabilities })
    const client = await ClientEndpoint.create(
      {
        describe: async () =>
          overTheWire({ routerRtpCapabilities: capabilities, send: media.sendTransport, recv: media.recvTransport }),
        connect: ({ direction, dtlsParameters }) =>
          media.connectTransport(media[`${direction}Transport`].id, toWireDtlsParameters(dtlsParameters)),
        produce: async ({ kind, rtpParameters }) => ({
          id: await media.produce({
            transportId: media.sendTransport.id,
            source: kind === 'audio' ? 'mic' : 'cam',
            rtpParameters: toWireRtpParameters(rtpParameters),
            paused: false,
          }),
        }),
        produceData: () => Promise.reject(new Error('no data')),
      },
      handlerFactory,
    )
    const peer = new RoomPeer(id, media, client, room)
    onTestFinished(() => peer.leave())
    return peer
  }

  private constructor(id: PeerId, media: PeerMedia, client: ClientEndpoint, room: LinkedRoom) {
    this.id = id
    this.media = media
    this.client = client
    this.#room = room
  }

  /** The client first, which else would be in the middle of a report. */
  leave(): void {
    this.client.close()
    this.media.close()
  }

  /** @returns the client's producer, and how viewers on other nodes want it */
  async publish(track: TraceTrack): Promise<{ producer: types.Producer; wanted: WantedProducer }> {
    const video = track.kind === 'video'
    const encodings = video ? { encodings: SIMULCAST.map((encoding) => ({ ...encoding })) } : {}
    const producer = await this.client.send.produce({ track, ...encodings })
    const layers = video ? [180, 360, 720].map((height) => ({ width: (height * 16) / 9, height })) : []
    const demand: VideoDemand = { spatialLayer: 0, temporalLayer: 2, priority: 1 }
    return {
      producer,
      wanted: {
        producerId: producer.id as WantedProducer['producerId'],
        peerId: this.id,
        source: video ? 'cam' : 'mic',
        layers,
        at: { node: this.#room.node, worker: this.media.worker },
        ...(video && { demand }),
      },
    }
  }

  async watch(wanted: WantedProducer): Promise<Watched> {
    const [announced] = await this.media.consume([wanted], { resume: 'later' })
    if (!announced) throw new Error('not consumed')
    const { id, producerId, rtpParameters } = announced
    const kind = wanted.source === 'mic' ? 'audio' : 'video'
    const consumer = await this.client.recv.consume(
      overTheWire<types.ConsumerOptions>({ id, producerId, kind, rtpParameters }),
    )
    if (!(consumer.track instanceof ReceivedTrack)) throw new Error('not a headless track')
    await this.media.resumeConsumers([id])
    return { id, track: consumer.track, wanted }
  }
}

/** Resolves when so many more packets have come. */
export async function hears({ track }: Watched, packets = 10, deadlineMs = 20_000): Promise<void> {
  const before = track.packetsReceived
  await until(() => track.packetsReceived >= before + packets, {
    what: () => `${packets} packets, not ${track.packetsReceived - before}`,
    deadlineMs,
  })
}
