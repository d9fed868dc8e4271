import { batch, computed, effect, type ReadonlySignal, type Signal, signal, untracked } from '@preact/signals'
import type { PeerId } from '../../../shared/ids.ts'
import { CHOICES, type Choice, effectiveMode } from '../layout/effectiveMode.ts'
import { type Held, holdSpeaker, NOBODY } from '../layout/holdSpeaker.ts'
import { type LayoutTile, type Mode, mainOf } from '../layout/layout.ts'
import { arrange, bringForward, moveBy, moveTo } from '../layout/tileOrder.ts'
import type { Call } from './Call.ts'
import { type CallTile, callTiles } from './callTiles.ts'
import type { OwnMedia } from './OwnMedia.ts'
import type { Preferences } from './Preferences.ts'

type Parts = {
  readonly call: Call
  readonly media: OwnMedia
  readonly preferences: Preferences
}

/** How the tiles stand: what the person has chosen, pinned and moved, and who is looked at. Forgotten after the call. */
export class LayoutState {
  /** Every tile there is, in an order that never changes while it is there: moving an element stops its motion. */
  readonly tiles: ReadonlySignal<readonly CallTile[]>
  /** What is to be laid out, in the order in which it is shown. */
  readonly stage: ReadonlySignal<readonly LayoutTile[]>
  readonly mode: ReadonlySignal<Mode>
  readonly choice: ReadonlySignal<Choice>
  readonly page: Signal<number> = signal(0)
  readonly selfHidden: Signal<boolean> = signal(false)
  readonly #pinned: Signal<ReadonlySet<string>> = signal(new Set())
  readonly #order: Signal<readonly string[]> = signal([])
  readonly #aspects: Signal<ReadonlyMap<string, number>> = signal(new Map())
  readonly #held: Signal<Held> = signal(NOBODY)
  readonly #preferences: Preferences
  readonly #lastSpoke = new Map<string, number>()
  #perPage = Number.POSITIVE_INFINITY
  #lookAgain: ReturnType<typeof setTimeout> | undefined

  constructor({ call, media, preferences }: Parts) {
    this.#preferences = preferences
    this.tiles = computed(() =>
      callTiles(call.state.value, {
        cam: media.tracks.cam.value,
        micOn: media.on.mic.value,
      }),
    )
    this.choice = computed(() => CHOICES.find((choice) => choice === preferences.layout.value) ?? 'auto')
    this.stage = computed(() => this.#arranged())
    this.mode = computed(() => effectiveMode(this.choice.value, this.stage.value))
    effect(() => {
      const { peers, speakers } = call.state.value
      const present = peers.map(({ id }) => id)
      untracked(() => this.#look(speakers, present))
    })
    effect(() => {
      if (call.phase.value !== 'call') untracked(() => this.#forget())
    })
  }

  choose(choice: Choice): void {
    batch(() => {
      this.#preferences.set('layout', choice)
      // A pinned tile is large: whoever wants all alike wants none of that.
      if (choice === 'grid') this.#pinned.value = new Set()
      this.page.value = 0
    })
  }

  isPinned(key: string): boolean {
    return this.#pinned.value.has(key)
  }

  togglePin(key: string): void {
    const pinned = new Set(this.#pinned.peek())
    if (!pinned.delete(key)) pinned.add(key)
    this.#pinned.value = pinned
  }

  /** Puts a tile where another one is. */
  move(key: string, target: string): void {
    this.#order.value = moveTo(this.#keys(), key, target)
  }

  /** @returns its place afterwards, from 1 */
  moveBy(key: string, step: number): number {
    const moved = moveBy(this.#keys(), key, step)
    this.#order.value = moved
    return moved.indexOf(key) + 1
  }

  /** A picture has arrived, or has turned. */
  setAspect(key: string, aspect: number): void {
    if (this.#aspects.peek().get(key) !== aspect) this.#aspects.value = new Map(this.#aspects.peek()).set(key, aspect)
  }

  /** How many tiles the first page has: who speaks beyond comes forward. */
  setPerPage(perPage: number): void {
    if (perPage === this.#perPage) return
    this.#perPage = perPage
    this.#bringForward()
  }

  #arranged(): LayoutTile[] {
    const tiles = this.tiles.value
    const speaker = this.#held.value.peerId
    const pinned = this.#pinned.value
    const aspects = this.#aspects.value
    const alone = tiles.every(({ self }) => self)
    const shown = this.selfHidden.value && !alone ? tiles.filter(({ key }) => key !== 'self:cam') : tiles
    const byKey = new Map(shown.map((tile) => [tile.key, tile]))
    return arrange([...byKey.keys()], this.#order.value).flatMap((key) => {
      const tile = byKey.get(key)
      if (!tile) return []
      const aspect = aspects.get(key)
      const speaking = tile.source === 'cam' && tile.peerId === speaker
      const { source: kind, self } = tile
      return [{ key, kind, self, speaking, pinned: pinned.has(key), ...(aspect !== undefined && { aspect }) }]
    })
  }

  #keys(): string[] {
    return this.stage.peek().map(({ key }) => key)
  }

  #look(speakers: readonly PeerId[], present: readonly PeerId[]): void {
    const now = performance.now()
    for (const id of speakers) this.#lastSpoke.set(`${id}:cam`, now)
    const held = holdSpeaker(this.#held.peek(), speakers, present, now)
    clearTimeout(this.#lookAgain)
    if (held.lookAgainAt !== undefined)
      this.#lookAgain = setTimeout(() => this.#look(speakers, present), held.lookAgainAt - now)
    if (held.peerId !== this.#held.peek().peerId) this.#held.value = held
    this.#bringForward()
  }

  #bringForward(): void {
    const { peerId } = this.#held.peek()
    // Modes with a large tile show who speaks on every page; side by side may be about something else.
    if (peerId === undefined || this.mode.peek() === 'speaker' || this.mode.peek() === 'screen') return
    const stage = this.stage.peek()
    const large = new Set(mainOf(stage, this.mode.peek()).map(({ key }) => key))
    const turns = stage.flatMap(({ key }) => (large.has(key) ? [] : [key]))
    const fixed = new Set(stage.flatMap(({ key, kind, self }) => (self || kind === 'screen' ? [key] : [])))
    const next = bringForward(turns, `${peerId}:cam`, this.#perPage, fixed, this.#lastSpoke)
    if (next === turns) return
    let at = 0
    this.#order.value = stage.map(({ key }) => (large.has(key) ? key : (next[at++] ?? key)))
  }

  #forget(): void {
    clearTimeout(this.#lookAgain)
    this.#lastSpoke.clear()
    batch(() => {
      this.#pinned.value = new Set()
      this.#order.value = []
      this.#aspects.value = new Map()
      this.#held.value = NOBODY
      this.selfHidden.value = false
      this.page.value = 0
    })
  }
}
