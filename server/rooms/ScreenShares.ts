import { SfuError } from '../../shared/errors.ts'
import type { PeerId } from '../../shared/ids.ts'
import type { RoomSettings } from '../core/roomSettings.ts'

/** Who shares a screen, or is about to; keeps to how many the room allows. Owned by Room. */
export class ScreenShares {
  readonly #allowed: RoomSettings['screenShares']
  readonly #sharers = new Set<PeerId>()

  constructor(allowed: RoomSettings['screenShares']) {
    this.#allowed = allowed
  }

  /** @throws SfuError `screenTaken` */
  claim(peerId: PeerId): void {
    if (this.#allowed === 'one' && this.#sharers.size > 0 && !this.#sharers.has(peerId))
      throw new SfuError('screenTaken')
    this.#sharers.add(peerId)
  }

  release(peerId: PeerId): void {
    this.#sharers.delete(peerId)
  }
}
