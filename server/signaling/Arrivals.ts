import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { RoomId } from '../../shared/ids.ts'
import type { AddressRates } from '../lib/AddressRates.ts'
import { type ClientAddressOf, networkOf } from '../lib/clientAddress.ts'
import { type AddressLimits, AddressQuotas } from './AddressQuotas.ts'
import { type WaitingPlace, WaitingSessions } from './WaitingSessions.ts'

/** One connection, as its address is charged for it. */
export type Arrival = {
  waiting: WaitingPlace
  /** @throws SfuError `tooMany` */
  enterRoom(roomId: RoomId): void
  /** The connection is closed. */
  release(): void
}

type Options = {
  clientAddressOf: ClientAddressOf
  rates: AddressRates
  limits: AddressLimits
  log: Logger
}

/** Decides whether an address may have one more connection: how fast they come, how many there are, how many wait. */
export class Arrivals {
  readonly #options: Options
  readonly #quotas: AddressQuotas
  readonly #waiting = new WaitingSessions()
  #hinted = false

  constructor(options: Options) {
    this.#options = options
    this.#quotas = new AddressQuotas(options.limits)
  }

  /** Counts at once, before anything is awaited. @throws SfuError `tooMany` */
  reserve(request: Pick<IncomingMessage, 'headers' | 'socket'>): Arrival {
    const address = this.#options.clientAddressOf(request)
    try {
      return this.#reserve(networkOf(address))
    } catch (error) {
      this.#hint(address, request.headers)
      throw error
    }
  }

  #reserve(network: string): Arrival {
    if (!this.#options.rates.take(network)) throw new SfuError('tooMany')
    const share = this.#quotas.connect(network)
    const waiting = this.#waiting.reserve(network)
    if (!waiting) {
      share.release()
      throw new SfuError('tooMany')
    }
    return {
      waiting,
      enterRoom: share.enterRoom,
      release: () => {
        waiting.release()
        share.release()
      },
    }
  }

  /** Behind a proxy that is not known as one, all people seem to share its address. */
  #hint(address: string, headers: IncomingMessage['headers']): void {
    if (this.#hinted) return
    this.#hinted = true
    const forwarded = headers['x-forwarded-for'] !== undefined
    if (forwarded)
      this.#options.log.warn({ address }, 'too many from one address: if it is your proxy, set TRUSTED_PROXIES')
    else this.#options.log.warn({ address }, 'too many from one address: some are refused')
  }
}
