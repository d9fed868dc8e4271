import { SfuError } from '../../shared/errors.ts'
import type { Source } from '../../shared/media.ts'
import { runInBackground } from './concurrency.ts'
import type { ScreenHint } from './encodings.ts'
import { toClientError } from './failures.ts'
import { LocalTracks } from './LocalTracks.ts'
import { hintScreen } from './localMedia.ts'
import type { Session } from './Session.ts'
import { streamOf } from './sources.ts'
import type { Log, VideoEffectName } from './types.ts'
import { VideoEffects } from './VideoEffects.ts'

type Options = {
  /** The session that is joined or being joined, if there is one now. */
  readonly session: () => Session | undefined
  /** What is to be sent is different. */
  readonly onChanged: () => void
  readonly log: Log
}

/** A camera as the caller handed it in: what is sent may be made of it. */
type Camera = { readonly track: MediaStreamTrack; paused: boolean }

/** What this person sends: changes it here first, then brings the server in line. Outlives sessions and calls. */
export class Publisher {
  readonly tracks = new LocalTracks((source) => this.#handleEnded(source))
  readonly #options: Options
  readonly #effects: VideoEffects
  #camera: Camera | undefined
  #effectFailure: Error | undefined
  #screenHint: ScreenHint = 'detail'

  constructor(options: Options) {
    this.#options = options
    this.#effects = new VideoEffects({
      onTrack: (track) => this.#handleCameraTrack(track),
      onError: (error) => {
        this.#effectFailure = error
      },
      log: options.log,
    })
  }

  get effect(): VideoEffectName | undefined {
    return this.#effects.effect
  }

  async publish(source: Source, track: MediaStreamTrack, paused: boolean): Promise<void> {
    if (track.readyState === 'ended') throw new SfuError('invalidInput', `the track for ${source} has ended`)
    this.#hint(source, track)
    if (source === 'cam') await this.#setCamera({ track, paused })
    else this.tracks.set(source, track, paused)
    await this.#sync(source, () => this.#remove(source))
  }

  async unpublish(source: Source): Promise<void> {
    this.#remove(source)
    await this.#sync(source, () => {})
  }

  async setPaused(source: Source, paused: boolean): Promise<void> {
    if (source === 'cam' && this.#camera) {
      this.#camera.paused = paused
      // What was made of it is muted below; it must not stay dark when the effect is taken off.
      this.#camera.track.enabled = !paused
      // Its effect has failed: who unmutes it wants to be seen all the same.
      if (!paused && this.#effects.track === undefined) void this.#effects.setSource(this.#camera.track)
    }
    const local = this.tracks.get(source)
    if (local === undefined) {
      // The effect is still being put on.
      if (source === 'cam' && this.#camera) return
      throw notPublished(source)
    }
    this.tracks.set(source, local.track, paused)
    await this.#sync(source, () => this.#mute(source))
  }

  async replaceTrack(source: Source, track: MediaStreamTrack): Promise<void> {
    if (source === 'cam') return await this.#replaceCamera(track)
    const local = this.tracks.get(source)
    if (local === undefined) throw notPublished(source)
    const { track: before, paused } = local
    this.#hint(source, track)
    this.tracks.set(source, track, paused)
    await this.#sync(source, () => {
      const now = this.tracks.get(source)
      if (now?.track === track) this.tracks.set(source, before, now.paused)
    })
  }

  /** For the screen that is shared, and for those to come. */
  async setScreenHint(hint: ScreenHint): Promise<void> {
    this.#screenHint = hint
    const local = this.tracks.get('screen')
    if (local === undefined) return
    await hintScreen(local.track, hint)
    await this.#sync('screen', () => {})
  }

  /** @throws SfuError `unsupportedMedia` if it could not be put on; the camera is muted then */
  async setEffect(effect: VideoEffectName | undefined): Promise<void> {
    this.#effectFailure = undefined
    await this.#effects.setEffect(effect)
    if (this.#camera) await this.#sync('cam', () => {})
    if (this.#effectFailure) throw toClientError(this.#effectFailure, 'unsupportedMedia')
  }

  /** Over another socket: what was changed meanwhile is told now; what is refused is muted, or was never there. */
  syncAll(): void {
    const { session, log } = this.#options
    const sent = new Set(session()?.sender?.producers.map(({ source }) => source))
    for (const source of new Set([...this.tracks.sources, ...sent])) {
      const undo = () => (sent.has(source) ? this.#mute(source) : this.#remove(source))
      runInBackground(this.#sync(source, undo), 'sending what was changed meanwhile', log)
    }
  }

  /** The call is over. The chosen effect stays chosen. */
  clear(): void {
    this.#camera = undefined
    this.#effects.close()
    this.tracks.clear()
  }

  async #setCamera(camera: Camera): Promise<void> {
    this.#camera = camera
    camera.track.enabled = !camera.paused
    const settled = this.#effects.setSource(camera.track)
    // The same camera once more, perhaps to be muted: no new track comes of it.
    const local = this.tracks.get('cam')
    if (local) this.tracks.set('cam', local.track, camera.paused)
    else if (this.#effects.track) this.#handleCameraTrack(this.#effects.track)
    if (this.#effects.effect !== undefined) await settled
  }

  async #replaceCamera(track: MediaStreamTrack): Promise<void> {
    const before = this.#camera
    if (before === undefined) throw notPublished('cam')
    await this.#setCamera({ track, paused: before.paused })
    await this.#sync('cam', () => {
      if (this.#camera?.track !== track) return
      this.#camera = { track: before.track, paused: this.#camera.paused }
      runInBackground(this.#effects.setSource(before.track), 'going back to the camera before', this.#options.log)
    })
  }

  /** The camera, or what was made of it: at once where there is no effect. */
  #handleCameraTrack(track: MediaStreamTrack | undefined): void {
    if (this.#camera === undefined) return
    // Unplugged, or its effect has failed: rather nothing than a picture that stands still.
    if (track === undefined) {
      runInBackground(this.setPaused('cam', true), 'muting the camera', this.#options.log)
      return
    }
    const replaces = this.tracks.get('cam') !== undefined
    this.tracks.set('cam', track, this.#camera.paused)
    if (replaces || track !== this.#camera.track)
      runInBackground(
        this.#sync('cam', () => {}),
        'sending what was made of the camera',
        this.#options.log,
      )
  }

  /** Without a hint a browser takes every screen for a film, and its text gets blurred. */
  #hint(source: Source, track: MediaStreamTrack): void {
    if (source === 'screen' && track.contentHint === '') track.contentHint = this.#screenHint
  }

  #remove(source: Source): void {
    if (source === 'cam') {
      this.#camera = undefined
      this.#effects.close()
    }
    this.tracks.remove(source)
  }

  #mute(source: Source): void {
    const now = this.tracks.get(source)
    if (now) this.tracks.set(source, now.track, true)
    if (source === 'cam' && this.#camera) this.#camera.paused = true
  }

  #handleEnded(source: Source): void {
    const { log } = this.#options
    log('a track ended by itself', { source })
    const change = streamOf(source) === 'screen' ? this.unpublish(source) : this.setPaused(source, true)
    runInBackground(change, 'muting what has ended', log)
  }

  /** Brings the server in line, if there is one to talk to. What a lost session leaves undone, the next does. */
  async #sync(source: Source, undo: () => void): Promise<void> {
    const { session: sessionNow, onChanged } = this.#options
    onChanged()
    const session = sessionNow()
    if (session?.sender === undefined || session.closed || session.away) return
    try {
      await session.sender.sync(source)
    } catch (error) {
      if (session.closed) return
      undo()
      onChanged()
      throw toClientError(error)
    }
  }
}

const notPublished = (source: Source) => new SfuError('notFound', `${source} is not published`)
