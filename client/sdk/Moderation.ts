import type { Ban, Role, RulesPatch } from '../../shared/access.ts'
import { SfuError } from '../../shared/errors.ts'
import type { ChatMessageId, PeerId } from '../../shared/ids.ts'
import type { Input, Output, RequestName } from '../../shared/requests.ts'
import { toClientError } from './failures.ts'
import type { Session } from './Session.ts'

/**
 * What some may do to others and to the room; `state.access.actions` says what this person may. Each resolves when the
 * server has done it; what changes then stands in the state.
 *
 * All throw SfuError `notAllowed` (not this role, or not to this person), `notFound` (they have gone), `notReady` (no
 * connection now), or ConnectionError if it is lost before the answer.
 */
export class Moderation {
  readonly #session: () => Session | undefined

  /** @param session the one that is joined, if there is one now */
  constructor(session: () => Session | undefined) {
    this.#session = session
  }

  /**
   * Mutes somebody, or takes that back: they may then unmute themselves, nobody else can.
   * @param peerId absent: everyone who may not mute others; who comes later is spared
   */
  async setForcedMute(muted: boolean, peerId?: PeerId, source: 'mic' | 'cam' = 'mic'): Promise<void> {
    await this.#request('setForcedMute', { source, muted, ...(peerId !== undefined && { peerId }) })
  }

  /** Ends somebody's screen share. */
  async stopShare(peerId: PeerId): Promise<void> {
    await this.#request('stopShare', { peerId })
  }

  /** Lets somebody in who waits in the lobby (`state.access.lobby`). */
  async admit(peerId: PeerId): Promise<void> {
    await this.#request('admitPeer', { peerId })
  }

  /** Sends somebody away who waits in the lobby. */
  async refuse(peerId: PeerId): Promise<void> {
    await this.#request('refusePeer', { peerId })
  }

  async moveToLobby(peerId: PeerId): Promise<void> {
    await this.#request('moveToLobby', { peerId })
  }

  /** Ends somebody's visit; where the room is open they may come again. */
  async remove(peerId: PeerId): Promise<void> {
    await this.#request('removePeer', { peerId })
  }

  /** Ends somebody's visit, and takes that identity no more. A guest can come back as another: lock the room, too. */
  async ban(peerId: PeerId): Promise<void> {
    await this.#request('banPeer', { peerId })
  }

  /** Who is banned, the latest first, at most 200: those whom this person may let in again. */
  async listBans(): Promise<readonly Ban[]> {
    return (await this.#request('listBans', {})).bans
  }

  /** Takes a ban back: they may come again. */
  async liftBan(peerId: PeerId): Promise<void> {
    await this.#request('liftBan', { peerId })
  }

  async setRole(peerId: PeerId, role: Role): Promise<void> {
    await this.#request('setRole', { peerId, role })
  }

  /** Takes a message to everyone back. */
  async deleteMessage(messageId: ChatMessageId): Promise<void> {
    await this.#request('deleteChatMessage', { messageId })
  }

  /** Changes those of the room's rules that are named. */
  async setRules(rules: RulesPatch): Promise<void> {
    await this.#request('setRules', rules)
  }

  /** @param password 1 to 128 characters; undefined takes it away */
  async setPassword(password: string | undefined): Promise<void> {
    await this.#request('setPassword', { password: password ?? null })
  }

  /** Makes an invite for one person: the fragment of a link, `#invite=…`. */
  createInvite(role: 'listener' | 'speaker' | 'moderator' = 'speaker'): Promise<Output<'createInvite'>> {
    return this.#request('createInvite', { role })
  }

  /** Ends the call for everyone. */
  async endCall(): Promise<void> {
    await this.#request('endCall', {}).catch((error: unknown) => {
      // The end may be heard of before the answer is.
      if (!(error instanceof SfuError) || error.code !== 'roomClosed') throw error
    })
  }

  async #request<N extends RequestName>(name: N, input: Input<N>): Promise<Output<N>> {
    const session = this.#session()
    if (session === undefined) throw new SfuError('notReady', 'not connected now')
    try {
      return await session.request(name, input)
    } catch (error) {
      throw toClientError(error)
    }
  }
}
