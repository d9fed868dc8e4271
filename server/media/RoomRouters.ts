import { EventEmitter } from 'node:events'
import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { PeerId } from '../../shared/ids.ts'
import type { RtpCapabilities } from '../../shared/media.ts'
import { ActiveSpeakers } from './ActiveSpeakers.ts'
import { closeMedia } from './closeMedia.ts'
import { KeyFrameTurns } from './KeyFrameTurns.ts'
import type { PeerMedia, RoomMedia, RoomMediaEvents } from './MediaPort.ts'
import { WebRtcPeerMedia } from './WebRtcPeerMedia.ts'

type Options = {
  worker: number
  webRtcServer: types.WebRtcServer
  announcedAddresses: readonly string[]
  log: Logger
}

/** Owns the Router of one room and what hangs on it; dies with the room or with its worker. */
export class RoomRouters extends EventEmitter<RoomMediaEvents> implements RoomMedia {
  readonly #options: Options
  readonly #peers = new Set<WebRtcPeerMedia>()
  readonly #keyFrameTurns = new KeyFrameTurns()
  #router: types.Router | undefined
  #speakers: ActiveSpeakers | undefined
  #closed = false

  constructor(options: Options) {
    super()
    this.#options = options
  }

  /** Adopts the router once the worker has made it. */
  async open(creation: Promise<types.Router>): Promise<void> {
    const router = await creation
    if (this.#closed) {
      closeMedia(router)
      throw new SfuError('roomClosed')
    }
    this.#router = router
    const speakers = await ActiveSpeakers.create(router, (peerIds) => this.emit('speakers', peerIds))
    if (this.#closed) throw new SfuError('roomClosed')
    this.#speakers = speakers
  }

  get worker(): number {
    return this.#options.worker
  }

  get consumerCount(): number {
    let count = 0
    for (const peer of this.#peers) count += peer.consumed.size
    return count
  }

  async openPeer(options: { peerId: PeerId; rtpCapabilities: RtpCapabilities }): Promise<PeerMedia> {
    if (this.#closed || !this.#router || !this.#speakers) throw new SfuError('roomClosed')
    const peer = await WebRtcPeerMedia.create({
      ...options,
      router: this.#router,
      speakers: this.#speakers,
      keyFrameTurns: this.#keyFrameTurns,
      webRtcServer: this.#options.webRtcServer,
      announcedAddresses: this.#options.announcedAddresses,
      log: this.#options.log.child({ peer: options.peerId }),
    })
    if (this.#closed) {
      peer.close()
      throw new SfuError('roomClosed')
    }
    this.#peers.add(peer)
    peer.on('closed', () => this.#peers.delete(peer))
    return peer
  }

  handleWorkerDied(): void {
    this.close()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const peer of [...this.#peers]) peer.close()
    closeMedia(this.#router)
    this.emit('closed')
    this.removeAllListeners()
  }
}
