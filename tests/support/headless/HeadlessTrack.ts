import { randomUUID } from 'node:crypto'

/** The part of MediaStreamTrack that sent and received tracks share. Ends at stop(). */
export abstract class HeadlessTrack extends EventTarget implements MediaStreamTrack {
  readonly id: string
  readonly kind: 'audio' | 'video'
  readonly label: string
  readonly muted = false
  contentHint = ''
  enabled = true
  onended: ((this: MediaStreamTrack, event: Event) => unknown) | null = null
  onmute: ((this: MediaStreamTrack, event: Event) => unknown) | null = null
  onunmute: ((this: MediaStreamTrack, event: Event) => unknown) | null = null
  #ended = false

  constructor(kind: 'audio' | 'video', id: string = randomUUID()) {
    super()
    this.kind = kind
    this.id = id
    this.label = `headless ${kind}`
  }

  abstract clone(): MediaStreamTrack

  get readyState(): MediaStreamTrackState {
    return this.#ended ? 'ended' : 'live'
  }

  /** As in browsers no event: `ended` tells only of an end that the page did not ask for. */
  stop(): void {
    this.#ended = true
  }

  /** The device went away: what a browser reports when a camera is unplugged. */
  endUnexpectedly(): void {
    if (this.#ended) return
    this.#ended = true
    const event = new Event('ended')
    this.onended?.(event)
    this.dispatchEvent(event)
  }

  getCapabilities(): MediaTrackCapabilities {
    return {}
  }

  getConstraints(): MediaTrackConstraints {
    return {}
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.label }
  }

  async applyConstraints(): Promise<void> {
    // A recording has one size and one rate.
  }
}
