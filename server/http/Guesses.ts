import { SfuError } from '../../shared/errors.ts'
import type { RoomId } from '../../shared/ids.ts'
import { AddressRates } from '../lib/AddressRates.ts'

/** An office may come at once with the right password; who guesses needs thousands. */
const PER_ADDRESS = { capacity: 60, perSecond: 0.5 }
/** From however many addresses. */
const PER_ROOM = { capacity: 300, perSecond: 5 }

/**
 * Bounds how many passwords are tried from one address and for one room, and how often an address asks without one,
 * whether there is such a room or not.
 */
export class Guesses {
  readonly #ofAddress: AddressRates
  readonly #ofRoom: AddressRates
  /** Who has no password costs a hash as well. */
  readonly #questions: AddressRates

  constructor({ now }: { now: () => number }) {
    this.#ofAddress = new AddressRates({ size: PER_ADDRESS, now })
    this.#ofRoom = new AddressRates({ size: PER_ROOM, now })
    this.#questions = new AddressRates({ size: PER_ADDRESS, now })
  }

  /** @throws SfuError `tooMany` */
  count(address: string, roomId: RoomId): void {
    if (!this.#ofAddress.take(address) || !this.#ofRoom.take(roomId))
      throw new SfuError('tooMany', 'too many passwords were tried; try again in a minute')
  }

  /** @throws SfuError `tooMany` */
  countQuestion(address: string): void {
    if (!this.#questions.take(address)) throw new SfuError('tooMany')
  }
}
