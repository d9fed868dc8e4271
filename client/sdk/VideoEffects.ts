import { SfuError } from '../../shared/errors.ts'
import { toClientError } from './failures.ts'
import type { EffectName, ProcessedTrack, processTrack } from './processors/index.ts'
import type { Log } from './types.ts'

type Processors = { readonly processTrack: typeof processTrack }

export type VideoEffectsOptions = {
  /** What is to be sent and shown is another track now; undefined: nothing, for want of a camera or of its effect. */
  readonly onTrack: (track: MediaStreamTrack | undefined) => void
  /**
   * An effect could not be put on, or broke: none is chosen any more and nothing is shown, since who has chosen one may
   * not want to be seen without. `setSource` with the same camera shows it plain.
   */
  readonly onError?: (error: Error) => void
  readonly log?: Log
  /** For tests. */
  readonly load?: () => Promise<Processors>
}

/** Whether this browser can put an effect on a camera; where not, there should be no switch for it. Loads nothing. */
export function supportsVideoEffects(): boolean {
  return (
    typeof OffscreenCanvas !== 'undefined' &&
    typeof Worker !== 'undefined' &&
    ('MediaStreamTrackGenerator' in globalThis ||
      (typeof HTMLCanvasElement !== 'undefined' && 'captureStream' in HTMLCanvasElement.prototype))
  )
}

/**
 * The effect on one's own camera: takes the camera's track and the chosen effect, in any order and as often as they
 * change, and says which track to send. A camera that comes while an effect is chosen is never handed out plain. Loads the effects when the first is chosen. The camera's track is never stopped here; what was made
 * of it is.
 */
export class VideoEffects {
  readonly #options: VideoEffectsOptions
  #source: MediaStreamTrack | undefined
  #effect: EffectName | undefined
  #processed: { readonly source: MediaStreamTrack; readonly result: ProcessedTrack } | undefined
  #given: MediaStreamTrack | undefined
  #running: Promise<void> | undefined
  #loading: Promise<Processors> | undefined

  constructor(options: VideoEffectsOptions) {
    this.#options = options
  }

  /** What is chosen, whether or not there is a camera. */
  get effect(): EffectName | undefined {
    return this.#effect
  }

  /** What is to be sent and shown now: the last that `onTrack` was given. */
  get track(): MediaStreamTrack | undefined {
    return this.#given
  }

  /**
   * Another camera, or none. Without an effect `onTrack` is called before this returns.
   * @returns resolves when `track` is what was asked for last; never rejects
   */
  setSource(source: MediaStreamTrack | undefined): Promise<void> {
    this.#source = source
    return this.#settle()
  }

  /**
   * Another effect, or none; while one is on, another needs no new track.
   * @returns resolves when it is on; never rejects, see `onError`
   */
  setEffect(effect: EffectName | undefined): Promise<void> {
    this.#effect = effect
    return this.#settle()
  }

  /** Lets go of the camera and of all that was made; the chosen effect is kept for the next `setSource`. Idempotent. */
  close(): void {
    void this.setSource(undefined)
  }

  #settle(): Promise<void> {
    // What needs no waiting is done at once: whoever turns the camera off must not be seen a moment longer.
    if (this.#step() === undefined) return this.#running ?? Promise.resolve()
    this.#running ??= this.#run()
    return this.#running
  }

  async #run(): Promise<void> {
    for (let wanted = this.#step(); wanted !== undefined; wanted = this.#step()) {
      const { source, effect } = wanted
      try {
        await this.#process(source, effect)
      } catch (error) {
        // A camera that was turned off meanwhile is no failure of the effect.
        if (this.#source === source && source.readyState === 'ended') this.#source = undefined
        else if (this.#source === source && this.#effect === effect) this.#fail(error)
      }
    }
    // In the same breath as the last look, so that nobody is told to wait for a loop that looks no more.
    this.#running = undefined
  }

  /** Does what can be done at once; answers what has to be made first. */
  #step(): { source: MediaStreamTrack; effect: EffectName } | undefined {
    const source = this.#source
    const effect = this.#effect
    if (source === undefined || effect === undefined) {
      this.#give(source)
      this.#drop()
      return undefined
    }
    if (this.#processed?.source !== source) return { source, effect }
    this.#processed.result.setEffect(effect)
    this.#give(this.#processed.result.track)
    return undefined
  }

  async #process(source: MediaStreamTrack, effect: EffectName): Promise<void> {
    const { log, load = () => import('./processors/index.ts') } = this.#options
    this.#loading ??= load()
    const { processTrack } = await this.#loading.catch((error: unknown) => {
      this.#loading = undefined
      throw new SfuError('unsupportedMedia', 'the effects could not be loaded', { cause: error })
    })
    if (this.#source !== source) return
    const result = await processTrack(source, effect, {
      onEnded: () => {
        if (this.#source === source) this.close()
      },
      onError: (error) => {
        if (this.#processed?.result === result) this.#fail(error)
      },
    })
    if (this.#source !== source || this.#effect === undefined) return result.close()
    log?.('an effect is on', { effect, path: result.path })
    const before = this.#processed
    this.#processed = { source, result }
    this.#give(result.track)
    before?.result.close()
  }

  #fail(error: unknown): void {
    this.#options.log?.('an effect failed', { effect: this.#effect, error: String(error) })
    this.#effect = undefined
    this.#source = undefined
    this.#step()
    this.#options.onError?.(toClientError(error))
  }

  #drop(): void {
    this.#processed?.result.close()
    this.#processed = undefined
  }

  #give(track: MediaStreamTrack | undefined): void {
    if (track === this.#given) return
    this.#given = track
    this.#options.onTrack(track)
  }
}
