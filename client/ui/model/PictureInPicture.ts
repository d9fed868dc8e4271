import { computed, effect, type ReadonlySignal, type Signal, signal, untracked } from '@preact/signals'
import type { CallTile } from './callTiles.ts'
import type { LayoutState } from './LayoutState.ts'
import type { OnScreen } from './OnScreen.ts'

/** https://wicg.github.io/document-picture-in-picture/ */
type DocumentPip = { requestWindow(size: { width: number; height: number }): Promise<Window> }

const documentPip = (globalThis as { documentPictureInPicture?: DocumentPip }).documentPictureInPicture

/** What the window has at first; afterwards a person makes it as large as they like. */
const FIRST_SIZE = { width: 400, height: 300 }
/** What a browser makes of a video alone; it does not tell. */
const VIDEO_SIZE = { width: 640, height: 360 }

/**
 * The call in a small window over other programs: a page of its own where the browser can, else the picture of who
 * speaks, else nothing.
 */
export class PictureInPicture {
  readonly kind: 'document' | 'video' | undefined
  readonly window: Signal<Window | undefined> = signal(undefined)
  readonly active: ReadonlySignal<boolean>
  readonly #video: Signal<HTMLVideoElement | undefined> = signal(undefined)
  readonly #layout: LayoutState
  readonly #onScreen: OnScreen

  constructor(layout: LayoutState, onScreen: OnScreen) {
    this.#layout = layout
    this.#onScreen = onScreen
    this.kind = documentPip ? 'document' : document.pictureInPictureEnabled ? 'video' : undefined
    this.active = computed(() => this.window.value !== undefined || this.#video.value !== undefined)
    effect(() => this.#followVideo())
  }

  /** Has to be called from a click or a key. A browser may refuse, and then there is no window. */
  async toggle(): Promise<void> {
    if (this.active.peek()) return this.close()
    await this.open().catch(() => undefined)
  }

  async open(): Promise<void> {
    if (this.active.peek()) return
    if (documentPip) this.#take(await documentPip.requestWindow(FIRST_SIZE))
    else if (this.kind === 'video') await this.#openVideo()
  }

  close(): void {
    this.window.peek()?.close()
    this.#forget()
    if (document.pictureInPictureElement) void document.exitPictureInPicture().catch(() => undefined)
  }

  #take(opened: Window): void {
    opened.addEventListener('pagehide', () => this.#forget())
    this.window.value = opened
  }

  async #openVideo(): Promise<void> {
    const tile = mostWanted(this.#layout)
    if (!tile?.track) return
    const video = document.createElement('video')
    video.muted = true
    video.playsInline = true
    video.srcObject = new MediaStream([tile.track])
    await video.play()
    await video.requestPictureInPicture()
    video.addEventListener('leavepictureinpicture', () => this.#forget())
    this.#video.value = video
  }

  /** One video, and in it whoever is to be looked at. */
  #followVideo(): void {
    const video = this.#video.value
    const tile = video && mostWanted(this.#layout)
    if (!video || !tile) return
    const { track, peerId, source, self } = tile
    const current = video.srcObject instanceof MediaStream ? video.srcObject.getTracks()[0] : undefined
    if (track && track !== current) {
      video.srcObject = new MediaStream([track])
      video.play().catch(() => undefined)
    }
    untracked(() => {
      this.#onScreen.small.value = self ? [] : [{ peerId, source, ...VIDEO_SIZE }]
    })
  }

  #forget(): void {
    this.window.value = undefined
    this.#video.value = undefined
    this.#onScreen.small.value = []
  }
}

/** The few tiles that matter most, the first of all in front: a screen, who speaks, the others, oneself last. */
export function mostWantedTiles({ stage, tiles }: LayoutState, count: number): CallTile[] {
  const rank = new Map(
    stage.value.map(({ key, kind, self, speaking, pinned }) => [
      key,
      pinned ? 0 : kind === 'screen' && !self ? 1 : speaking ? 2 : self ? 4 : 3,
    ]),
  )
  return tiles.value
    .filter(({ key }) => rank.has(key))
    .sort((a, b) => (rank.get(a.key) ?? 0) - (rank.get(b.key) ?? 0))
    .slice(0, count)
}

const mostWanted = (layout: LayoutState): CallTile | undefined =>
  mostWantedTiles(layout, Number.POSITIVE_INFINITY).find(({ track }) => track) ?? mostWantedTiles(layout, 1)[0]
