import { SfuError } from '../../shared/errors.ts'
import type { PeerId } from '../../shared/ids.ts'
import type { RoomSettings } from '../core/roomSettings.ts'

/** Who shares a screen, or is about to; keeps to how many the room allows. Owned by Room. */
export class ScreenShares {
  readonly #allowed: RoomSettings['screenShares']
  readonly #isTaken: () => boolean
  readonly #sharers = new Set<PeerId>()

  /** @param isTaken whether somebody on another node shares a screen */
  constructor(allowed: RoomSettings['screenShares'], isTaken: () => boolean) {
    this.#allowed = allowed
    this.#isTaken = isTaken
  }

  /** @returns false: the peer had it already. @throws SfuError `screenTaken` */
  claim(peerId: PeerId): boolean {
    if (this.#allowed === 'one' && !this.#sharers.has(peerId) && (this.#sharers.size > 0 || this.#isTaken()))
      throw new SfuError('screenTaken')
    const isNew = !this.#sharers.has(peerId)
    this.#sharers.add(peerId)
    return isNew
  }

  release(peerId: PeerId): void {
    this.#sharers.delete(peerId)
  }
}
