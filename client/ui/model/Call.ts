import { type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { ErrorCode } from '../../../shared/errors.ts'
import type { EndReason } from '../../../shared/notifications.ts'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'
import { toFailure } from '../../sdk/failures.ts'
import type { ClientState, JoinOptions } from '../../sdk/types.ts'
import { t } from '../i18n/t.ts'
import type { Announcer } from './Announcer.ts'
import { announcementsFor } from './announcements.ts'
import { cleanName } from './displayName.ts'
import { keepSecrets } from './linkSecrets.ts'
import type { OwnMedia } from './OwnMedia.ts'
import type { Preferences } from './Preferences.ts'
import type { Publications } from './Publications.ts'
import type { RoomRoute } from './route.ts'
import type { ScreenShare } from './ScreenShare.ts'

/** Before, in and after a call. */
export type Phase = 'prejoin' | 'call' | 'ended'
/** Why a call is over: what the server says, or what the person has done. */
export type Ending = EndReason | 'leftLobby' | 'endedByYou'
/** Whether the server can be reached, as far as that is known before the join. */
export type Readiness = 'unknown' | 'checking' | 'ready' | FailureCode
/** `inviteVoid`: the invite of the link has been used, or is over. */
export type FailureCode = ErrorCode | 'unreachable' | 'noMedia' | 'inviteVoid'

type Parts = {
  readonly client: ConferenceClient
  readonly preferences: Preferences
  readonly publications: Publications
  readonly media: OwnMedia
  readonly screen: ScreenShare
  readonly announcer: Announcer
}

/** One visit to one room at a time: from its pre-join through the call to what is shown afterwards. */
export class Call {
  readonly state: ReadonlySignal<ClientState>
  readonly phase: Signal<Phase> = signal('prejoin')
  /** The name in the field: kept when the person joins. */
  readonly name: Signal<string> = signal('')
  readonly joining: Signal<boolean> = signal(false)
  /** The room's, as far as it is known that it has one. */
  readonly password: Signal<string> = signal('')
  /** A password may help: the server lets nobody in without saying why. */
  readonly asksPassword: Signal<boolean> = signal(false)
  /** Why the last attempt to join failed. */
  readonly failure: Signal<FailureCode | undefined> = signal(undefined)
  /** Why the call is over, in phase `ended`. */
  readonly endReason: Signal<Ending> = signal('left')
  readonly readiness: Signal<Readiness> = signal('unknown')
  readonly #parts: Parts
  readonly #state: Signal<ClientState>
  #room: RoomRoute | undefined
  /** Grows with each attempt to join and each leave: what comes of an older attempt is of no interest. */
  #attempt = 0
  #warmUps = 0
  /** Asked for here, since the last join. */
  #endsForEveryone = false

  constructor(parts: Parts) {
    this.#parts = parts
    this.#state = signal(parts.client.state)
    this.state = this.#state
    parts.client.subscribe((state) => this.#handleState(state))
  }

  /** The person has come to a room's address. */
  enter(room: RoomRoute): void {
    this.exit()
    this.#room = room
    this.name.value = room.name || this.#parts.preferences.name.peek()
    // Who was muted does not become heard or seen by loading the page again.
    const muted = this.#parts.client.remembered(room.roomId)?.muted ?? []
    void this.#parts.media.open({
      mic: room.mic && !muted.includes('mic'),
      cam: room.cam && !muted.includes('cam'),
    })
    if (room.autojoin && cleanName(this.name.peek())) void this.join()
    else this.warmUp()
  }

  /** The person has gone elsewhere within the page. */
  exit(): void {
    if (!this.#room) return
    this.#room = undefined
    this.#giveUpJoining()
    void this.#parts.client.leave()
    this.#release()
    this.phase.value = 'prejoin'
    this.failure.value = undefined
    this.password.value = ''
    this.asksPassword.value = false
    this.#warmUps++
    this.readiness.value = 'unknown'
  }

  /** Lets the SDK do beforehand what needs no answer from the person; whether it worked shows when they join. */
  warmUp(anew = false): void {
    if (!this.#room || this.joining.peek()) return
    // Whoever has not said a name yet learns all the same whether the server can be reached.
    const name = cleanName(this.name.peek()) || t('prejoin.guest')
    const turn = ++this.#warmUps
    if (this.readiness.peek() !== 'ready') this.readiness.value = 'checking'
    this.#parts.client.prepare({ ...this.#entry(this.#room, name), anew }).then(
      () => {
        if (turn === this.#warmUps) this.readiness.value = 'ready'
      },
      (error: unknown) => {
        if (turn !== this.#warmUps) return
        const code = this.#refusal(error)
        this.readiness.value = code === 'noEntry' ? 'unknown' : code
        if (code === 'noEntry') this.asksPassword.value = true
      },
    )
  }

  /** From the beginning: the person has done something about the network. */
  checkAgain(): void {
    this.readiness.value = 'checking'
    this.warmUp(true)
  }

  async join(): Promise<void> {
    const name = cleanName(this.name.peek())
    if (!this.#room || !name || this.joining.peek()) return
    const { client, media, preferences, publications } = this.#parts
    const entry = this.#entry(this.#room, name)
    const attempt = ++this.#attempt
    preferences.set('name', name)
    this.joining.value = true
    this.failure.value = undefined
    this.#endsForEveryone = false
    this.#warmUps++
    publications.begin()
    media.publish()
    try {
      await client.join(entry)
    } catch (error) {
      if (attempt !== this.#attempt) return
      publications.end()
      this.failure.value = this.#refusal(error)
      if (this.failure.value === 'noEntry') this.asksPassword.value = true
    }
    if (attempt === this.#attempt) this.joining.value = false
  }

  /** Joins again after the end, with the devices that were on. */
  async rejoin(): Promise<void> {
    const { media } = this.#parts
    void media.open(media.wishes())
    await this.join()
  }

  async leave(): Promise<void> {
    this.#giveUpJoining()
    this.failure.value = undefined
    const { inLobby } = this.state.peek().access
    const left = this.#parts.client.leave()
    this.#end(inLobby ? 'leftLobby' : 'left')
    await left
  }

  /** @throws SfuError where this person may not */
  async endForEveryone(): Promise<void> {
    this.#endsForEveryone = true
    try {
      await this.#parts.client.moderation.endCall()
    } catch (error) {
      this.#endsForEveryone = false
      throw error
    }
  }

  /** What one comes in with. */
  #entry({ roomId, hostSecret, invite, region }: RoomRoute, name: string): JoinOptions {
    const password = this.password.peek()
    const secrets = { ...(password && { password }), ...(hostSecret && { hostSecret }), ...(invite && { invite }) }
    return { roomId, name, ...secrets, ...(region && { region }) }
  }

  /** Why one was not let in. An invite that is void is dropped: without it the room may be open all the same. */
  #refusal(error: unknown): FailureCode {
    const { code } = toFailure(error)
    if (code !== 'unauthorized' || !this.#room?.invite) return code
    const { invite: _, ...room } = this.#room
    keepSecrets(room.roomId, room.hostSecret ? { hostSecret: room.hostSecret } : {})
    this.#room = room
    return 'inviteVoid'
  }

  #handleState(state: ClientState): void {
    const before = this.#state.peek()
    this.#state.value = state
    this.#parts.announcer.say(...announcementsFor(before, state))
    if (state.connection === 'connected') this.phase.value = 'call'
    else if (state.connection === 'closed') {
      if (this.phase.peek() !== 'call') return
      // That the server cannot be reached is what "the connection is lost" says already.
      const code = state.failure?.code
      this.failure.value = code === 'unreachable' ? undefined : code
      const reason = state.endReason ?? 'disconnected'
      this.#end(reason === 'callEnded' && this.#endsForEveryone ? 'endedByYou' : reason)
    }
  }

  #end(reason: Ending): void {
    this.endReason.value = reason
    this.phase.value = 'ended'
    this.#release()
  }

  #release(): void {
    const { media, publications, screen } = this.#parts
    publications.end()
    screen.stop()
    media.release()
  }

  #giveUpJoining(): void {
    this.#attempt++
    this.joining.value = false
  }
}
