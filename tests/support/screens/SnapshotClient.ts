import { ConferenceClient } from '../../../client/sdk/ConferenceClient.ts'
import type { ClientState } from '../../../client/sdk/types.ts'
import type { PeerId } from '../../../shared/ids.ts'
import type { Tile } from '../../../shared/requests.ts'

/** A client without a server: it has the state that it is given. */
export class SnapshotClient extends ConferenceClient {
  /** What the page has said is on screen, last. */
  viewport: readonly Tile[] = []
  #given: ClientState | undefined
  readonly #listeners = new Set<(state: ClientState) => void>()

  override get state(): ClientState {
    return this.#given ?? super.state
  }

  override subscribe(listener: (state: ClientState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  show(state: ClientState): void {
    this.#given = state
    for (const listener of this.#listeners) listener(state)
  }

  override isSelf(peerId: PeerId): boolean {
    return peerId === this.state.self?.id
  }

  override setViewport(tiles: readonly Tile[]): void {
    this.viewport = tiles
  }

  override async prepare(): Promise<void> {}
  override async join(): Promise<void> {}
  override async publish(): Promise<void> {}
  override async unpublish(): Promise<void> {}
  override async setPaused(): Promise<void> {}
  override async replaceTrack(): Promise<void> {}
}
