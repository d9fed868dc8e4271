import type { Role } from '../../shared/access.ts'
import { nextHost } from '../core/succession.ts'
import type { Peer } from './Peer.ts'
import { RemotePeer } from './RemotePeer.ts'

type Options = {
  /** How long the last host may be gone, milliseconds; undefined: for ever. */
  graceMs: number | undefined
  /** On all nodes. */
  peers: () => Iterable<Peer | RemotePeer>
  /** Whether there has been a host. */
  hosted: () => boolean
  setRole: (peer: Peer, role: Role) => void
}

/** Gives a room another host when the last has been gone for too long. Owned by Room. */
export class Succession {
  readonly #options: Options
  #timer: NodeJS.Timeout | undefined

  constructor(options: Options) {
    this.#options = options
  }

  /** Somebody came, left, or has another role. */
  review(): void {
    const { graceMs, peers, hosted } = this.#options
    const present = [...peers()]
    const isNeeded = hosted() && present.length > 0 && present.every(({ role }) => role !== 'host')
    if (!isNeeded || graceMs === undefined) this.close()
    else this.#timer ??= setTimeout(() => this.#appoint(), graceMs)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #appoint(): void {
    this.#timer = undefined
    const heir = nextHost([...this.#options.peers()])
    // The heir's own node finds the same.
    if (heir && !(heir instanceof RemotePeer)) this.#options.setRole(heir, 'host')
  }
}
