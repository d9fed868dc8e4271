import type { types } from 'mediasoup'
import type { Logger } from 'pino'

/** A client that leaves sooner may just not have got as far, milliseconds. */
const PATIENCE_MS = 8000

/** Notices whether a client ever gets through to its transports. */
export class Reach {
  readonly #openedAt = performance.now()
  #reached = false

  constructor(transports: readonly types.WebRtcTransport[]) {
    for (const transport of transports)
      transport.on('icestatechange', () => {
        this.#reached = true
      })
  }

  /** The most frequent fault of an installation, and the one that shows least: a wrong announced address. */
  warnIfMissed({ announcedAddresses, log }: { announcedAddresses: readonly string[]; log: Logger }): void {
    if (this.#reached || performance.now() - this.#openedAt < PATIENCE_MS) return
    log.warn({ announced: announcedAddresses }, 'a client never got through to the media port: is it reachable there?')
  }
}
