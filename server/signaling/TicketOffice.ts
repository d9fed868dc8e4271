import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { NodeId } from '../../shared/ids.ts'
import type { JoinClaims, Tokens } from '../auth/tokens.ts'
import { runInBackground } from '../lib/background.ts'
import type { Peer } from '../rooms/Peer.ts'

type Options = {
  tokens: Tokens
  claims: JoinClaims
  peer: Peer
  /** Where it is. */
  nodeId: NodeId
  /** Of the room. */
  epoch: string
  everyMs: number
  log: Logger
}

/**
 * Issues the tickets of one joined peer: a new one when what they say changes, and often enough that the last one is
 * valid for the whole absence that is allowed. Dies with the session.
 */
export class TicketOffice {
  /** Tells the tickets of this visit from those of an earlier one of the same peer. */
  readonly visit = randomUUID()
  readonly #options: Options
  readonly #timer: NodeJS.Timeout
  #renewing: 'no' | 'running' | 'again' = 'no'
  #closed = false

  constructor(options: Options) {
    this.#options = options
    this.#timer = setInterval(() => this.renew(), options.everyMs)
  }

  issue(): Promise<string> {
    const { tokens, claims, peer, nodeId: node, epoch } = this.#options
    const { roomId, identity, name, grants } = claims
    const muted = [...peer.published.values()].filter(({ paused }) => paused).map(({ source }) => source)
    const ticket = { peerId: peer.id, muted, forcedMute: [...peer.forcedMute], node, visit: this.visit }
    return tokens.signTicket({ roomId, epoch, identity, name, grants, role: peer.role, ticket })
  }

  /** Sends a new one; what changes while it is signed makes one more. */
  renew(): void {
    if (this.#renewing !== 'no') {
      this.#renewing = 'again'
      return
    }
    runInBackground(() => this.#renew(), this.#options.log)
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
  }

  async #renew(): Promise<void> {
    do {
      this.#renewing = 'running'
      const ticket = await this.issue()
      if (this.#closed || this.#options.peer.closed) return
      if (this.#isLast()) this.#options.peer.session.notify('ticketChanged', { ticket })
    } while (!this.#isLast())
    this.#renewing = 'no'
  }

  #isLast(): boolean {
    return this.#renewing === 'running'
  }
}
