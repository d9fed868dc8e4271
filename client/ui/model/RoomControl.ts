import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Action, Ban } from '../../../shared/access.ts'
import type { PeerId } from '../../../shared/ids.ts'
import type { Source } from '../../../shared/media.ts'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'
import type { Moderation } from '../../sdk/Moderation.ts'
import type { Access, ClientState, PeerView } from '../../sdk/types.ts'
import { t } from '../i18n/t.ts'
import type { Panels } from './Panels.ts'
import { isGrave, type PersonAction, ROLE_OF } from './personActions.ts'
import type { Toasts } from './Toasts.ts'

/** Something that is asked once more before it is done. */
export type Question = {
  readonly title: string
  readonly text: string
  readonly answer: string
  readonly run: () => void
}

type Parts = {
  readonly client: ConferenceClient
  readonly state: ReadonlySignal<ClientState>
  readonly panels: Panels
  readonly toasts: Toasts
  readonly endForEveryone: () => Promise<void>
}

/** What this person may do to others and to the room, and does. What changes then stands in the call's state. */
export class RoomControl {
  readonly access: ReadonlySignal<Access>
  readonly question: Signal<Question | undefined> = signal(undefined)
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
    this.access = computed(() => parts.state.value.access)
  }

  can(action: Action): boolean {
    return this.access.value.actions.includes(action)
  }

  /** Before the join nothing is known of it. */
  mayPublish(source: Source): boolean {
    const { role, sources } = this.access.value
    return role === undefined || sources.includes(source)
  }

  /** Whether one may write in the chat; before the join nothing is known of it. */
  get mayWrite(): boolean {
    return this.access.value.role === undefined || this.can('chat')
  }

  /** @returns whether the server has done it; else the person has been told */
  async run(change: (moderation: Moderation) => Promise<unknown>): Promise<boolean> {
    const { client, toasts } = this.#parts
    try {
      await change(client.moderation)
      return true
    } catch {
      toasts.show({ key: 'moderation', text: t('moderation.failed'), icon: 'warning' })
      return false
    }
  }

  /** What cannot be taken back is asked once more. */
  act(action: PersonAction, { id, name }: Pick<PeerView, 'id' | 'name'>): void {
    const run = () => void this.run((moderation) => perform(moderation, action, id))
    if (!isGrave(action)) run()
    else
      this.ask({
        title: t(`moderation.${action}Ask`, { name }),
        text: t(`moderation.${action}Text`),
        answer: t(`moderation.${action}`),
        run,
      })
  }

  endCall(): void {
    const run = () => void this.run(() => this.#parts.endForEveryone())
    this.ask({ title: t('room.endAsk'), text: t('room.endText'), answer: t('room.end'), run })
  }

  async muteAll(muted: boolean): Promise<void> {
    const isDone = await this.run((moderation) => moderation.setForcedMute(muted))
    const text = t(muted ? 'moderation.allMuted' : 'moderation.allAllowed')
    if (isDone) this.#parts.toasts.show({ key: 'mute-all', text, icon: muted ? 'micOff' : 'mic' })
  }

  /** Who is banned; nobody, where the server does not say. */
  async bans(): Promise<readonly Ban[]> {
    let bans: readonly Ban[] = []
    await this.run(async (moderation) => {
      bans = await moderation.listBans()
    })
    return bans
  }

  /** @returns whether it is done */
  async liftBan({ peerId, name }: Ban): Promise<boolean> {
    const isDone = await this.run((moderation) => moderation.liftBan(peerId))
    if (isDone) this.#parts.toasts.show({ key: 'ban', text: t('room.banLifted', { name }), icon: 'people' })
    return isDone
  }

  async admitAll(): Promise<void> {
    for (const { peerId } of this.access.peek().lobby) await this.run((moderation) => moderation.admit(peerId))
  }

  ask(question: Question): void {
    this.question.value = question
    this.#parts.panels.open('question')
  }
}

function perform(moderation: Moderation, action: PersonAction, peerId: PeerId): Promise<void> {
  switch (action) {
    case 'mute':
      return moderation.setForcedMute(true, peerId)
    case 'allowMic':
      return moderation.setForcedMute(false, peerId)
    case 'stopCam':
      return moderation.setForcedMute(true, peerId, 'cam')
    case 'allowCam':
      return moderation.setForcedMute(false, peerId, 'cam')
    case 'stopShare':
    case 'moveToLobby':
    case 'remove':
    case 'ban':
      return moderation[action](peerId)
    default:
      return moderation.setRole(peerId, ROLE_OF[action])
  }
}
