import { EventEmitter } from 'node:events'
import type { Waiting } from '../../shared/access.ts'
import { SfuError } from '../../shared/errors.ts'
import type { Identity, PeerId } from '../../shared/ids.ts'
import type { EndReason } from '../../shared/notifications.ts'
import type { PeerSession } from './Peer.ts'

export interface LobbySession extends PeerSession {
  /** May join now. */
  handleAdmitted(): void
}

export type Knock = {
  readonly peerId: PeerId
  readonly identity: Identity
  readonly name: string
  readonly since: number
  readonly session: LobbySession
}

/** More than anyone would look through; each is told to those who may open. */
const MOST_WAITING = 200

/** Those who wait until somebody lets them in: they know nothing of the room. Owned by Entrance. */
export class Lobby extends EventEmitter<{ changed: [] }> {
  readonly #knocks = new Map<PeerId, Knock>()
  #telling = false

  get size(): number {
    return this.#knocks.size
  }

  has(peerId: PeerId): boolean {
    return this.#knocks.has(peerId)
  }

  list(): Waiting[] {
    return [...this.#knocks.values()].map(({ peerId, name, since }) => ({ peerId, name, since }))
  }

  /** The same peer once more takes the place of the one before. @throws SfuError `roomFull` */
  add(knock: Knock): void {
    if (this.#knocks.size >= MOST_WAITING) throw new SfuError('roomFull', 'the lobby is full')
    const before = this.#knocks.get(knock.peerId)
    this.#knocks.set(knock.peerId, knock)
    if (before && before.session !== knock.session) before.session.end('replaced')
    this.#handleChanged()
  }

  /** It has gone by itself. */
  remove(session: LobbySession): void {
    for (const knock of this.#knocks.values()) if (knock.session === session) this.take(knock.peerId)
  }

  /** Takes somebody out, for whatever comes next. */
  take(peerId: PeerId): Knock | undefined {
    const knock = this.#knocks.get(peerId)
    if (this.#knocks.delete(peerId)) this.#handleChanged()
    return knock
  }

  close(reason: EndReason): void {
    const knocks = [...this.#knocks.values()]
    this.#knocks.clear()
    for (const { session } of knocks) session.end(reason)
    if (knocks.length > 0) this.#handleChanged()
  }

  /** Many may come at once; those who look get one list. */
  #handleChanged(): void {
    if (this.#telling) return
    this.#telling = true
    setImmediate(() => {
      this.#telling = false
      this.emit('changed')
    })
  }
}
