import { type ClientState, ConferenceClient, type PeerView } from '../../../client/sdk/index.ts'
import type { Source } from '../../../shared/media.ts'
import { type UntilOptions, until } from '../until.ts'
import { createHeadlessHandlerFactory, type HeadlessOptions } from './HeadlessHandler.ts'
import { ReceivedTrack } from './ReceivedTrack.ts'
import { audioTrack, videoTrack } from './TraceTrack.ts'

export interface HeadlessPeerOptions extends HeadlessOptions {
  /** Origin of the server. */
  url: string
  roomId: string
  name: string
  /** Where it wants to be served. */
  region?: string
  mic?: 'talking' | 'silent'
  cam?: boolean
  screen?: boolean
  log?: (message: string, fields?: object) => void
}

export interface Received {
  peer: PeerView
  source: Source
  track: ReceivedTrack
}

/** A person in a call without a browser: the product's own SDK on recorded media. Leaves at leave(). */
export class HeadlessPeer {
  readonly name: string
  readonly client: ConferenceClient

  /** Publishes and joins; resolves as the SDK's join() does. */
  static async join(options: HeadlessPeerOptions): Promise<HeadlessPeer> {
    const peer = new HeadlessPeer(options)
    const { mic, cam, screen, roomId, name, region } = options
    if (mic) await peer.client.publish('mic', audioTrack(mic))
    if (cam) await peer.client.publish('cam', videoTrack())
    if (screen) await peer.client.publish('screen', videoTrack())
    await peer.client.join({ roomId, name, ...(region && { region }) })
    return peer
  }

  private constructor({ url, name, log, losesSent, losesReceived, unlimited }: HeadlessPeerOptions) {
    this.name = name
    const handlerFactory = createHeadlessHandlerFactory({
      ...(losesSent ? { losesSent } : {}),
      ...(losesReceived ? { losesReceived } : {}),
      ...(unlimited ? { unlimited } : {}),
    })
    this.client = new ConferenceClient({ url, handlerFactory, ...(log ? { log } : {}) })
  }

  get state(): ClientState {
    return this.client.state
  }

  /** Everything that is received now. */
  get received(): Received[] {
    return this.client.peers.flatMap((peer) =>
      Object.values(peer.published).flatMap(({ source, track }) =>
        track instanceof ReceivedTrack ? [{ peer, source, track }] : [],
      ),
    )
  }

  /** The track of the person with this name, if it is received. */
  track(name: string, source: Source): ReceivedTrack | undefined {
    return this.received.find((entry) => entry.peer.name === name && entry.source === source)?.track
  }

  /** Resolves when this many packets of the person's track have come since the call. */
  async hear(name: string, source: Source, { packets = 20, ...options }: UntilOptions & { packets?: number } = {}) {
    let start: { track: ReceivedTrack; count: number } | undefined
    return until(
      () => {
        const track = this.track(name, source)
        if (track === undefined) return undefined
        // A new consumer (after a reconnect, say) counts from its own beginning.
        if (start?.track !== track) start = { track, count: track.packetsReceived }
        return track.packetsReceived - start.count >= packets ? track : undefined
      },
      { what: `${packets} packets of ${name}'s ${source} at ${this.name}`, ...options },
    )
  }

  leave(): Promise<void> {
    return this.client.leave()
  }
}
