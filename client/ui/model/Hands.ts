import { computed, type ReadonlySignal } from '@preact/signals'
import type { PeerId } from '../../../shared/ids.ts'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'
import type { ClientState, PeerView } from '../../sdk/types.ts'

/** Who wants to speak, in the order in which they asked. */
export class Hands {
  /** The first is next. */
  readonly raised: ReadonlySignal<readonly PeerView[]>
  readonly ownRaised: ReadonlySignal<boolean>
  readonly #client: ConferenceClient

  constructor(client: ConferenceClient, state: ReadonlySignal<ClientState>) {
    this.#client = client
    this.raised = computed(() => raisedHands(state.value))
    this.ownRaised = computed(() => state.value.self?.handRaisedAt !== undefined)
  }

  /** Only then there is an order to tell. */
  get areSeveral(): boolean {
    return this.raised.value.length > 1
  }

  /** 1 for who is next; undefined while the hand is down. */
  placeOf(peerId: PeerId): number | undefined {
    const index = this.raised.value.findIndex(({ id }) => id === peerId)
    return index < 0 ? undefined : index + 1
  }

  async toggle(): Promise<void> {
    // A refusal shows: the hand stays where it is.
    await this.#client.setHand(!this.ownRaised.peek()).catch(() => undefined)
  }
}

export function raisedHands({ self, peers }: Pick<ClientState, 'self' | 'peers'>): PeerView[] {
  const everyone = self ? [self, ...peers] : [...peers]
  return everyone
    .filter(({ handRaisedAt }) => handRaisedAt !== undefined)
    .sort((a, b) => (a.handRaisedAt ?? 0) - (b.handRaisedAt ?? 0))
}
