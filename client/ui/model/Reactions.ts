import { type Signal, signal } from '@preact/signals'
import type { Reaction } from '../../../shared/chat.ts'
import type { PeerId } from '../../../shared/ids.ts'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'
import { type TextKey, t } from '../i18n/t.ts'
import type { Announcer } from './Announcer.ts'

/** What each is called, for those who hear the page. */
export const REACTION_TEXTS = {
  '👍': 'reaction.thumbsUp',
  '❤️': 'reaction.heart',
  '😂': 'reaction.laugh',
  '😮': 'reaction.surprise',
  '👏': 'reaction.applause',
  '🎉': 'reaction.party',
} as const satisfies Record<Reaction, TextKey>

export const ALL_REACTIONS = Object.keys(REACTION_TEXTS) as Reaction[]

export type ShownReaction = {
  readonly id: number
  readonly peerId: PeerId
  readonly name: string
  readonly reaction: Reaction
}

const SHOWN_MS = 4000
/** A whole room may clap: more than these only cost. */
const MOST = 24

/** Small signs that fly by. */
export class Reactions {
  readonly shown: Signal<readonly ShownReaction[]> = signal([])
  readonly #client: ConferenceClient
  #count = 0

  constructor(client: ConferenceClient, announcer: Announcer) {
    this.#client = client
    client.onReaction((peerId, reaction) => {
      const { self, peers } = client.state
      const peer = self?.id === peerId ? self : peers.find(({ id }) => id === peerId)
      if (!peer) return
      this.#show({ id: ++this.#count, peerId, name: peer.name, reaction })
      if (peer !== self)
        announcer.say(t('reaction.announced', { name: peer.name, reaction: t(REACTION_TEXTS[reaction]) }))
    })
  }

  async send(reaction: Reaction): Promise<void> {
    // Nobody is told if it fails: it is over by then.
    await this.#client.sendReaction(reaction).catch(() => undefined)
  }

  #show(added: ShownReaction): void {
    this.shown.value = [...this.shown.peek(), added].slice(-MOST)
    setTimeout(() => {
      this.shown.value = this.shown.peek().filter(({ id }) => id !== added.id)
    }, SHOWN_MS)
  }
}
