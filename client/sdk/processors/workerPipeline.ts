/** Pictures drawn in a worker: the page only holds the two ends. */
import { mediaTransform, WAITING_FRAMES } from './mediaTransform.ts'
import type { EffectName, Pipeline, PipelineEvents } from './types.ts'
import type { FromWorker, ToWorker } from './workerMessages.ts'

/** To load the worker's script and begin, ms. */
const START_MS = 5000
/** For a worker to let go of what it holds, ms. */
const STOP_MS = 500
/** How long, and how often, the size of a track is asked for, ms. */
const SIZE_MS = 200
const SIZE_STEP_MS = 10
/** How often a stopped source is looked for where nothing tells of it, ms. */
const LOOK_MS = 500

/**
 * Chromium's way: processor and generator stand on the page, their streams go to the worker.
 * @returns undefined if this browser has no such thing
 */
export async function startStreams(
  source: MediaStreamTrack,
  effect: EffectName,
  events: PipelineEvents,
): Promise<Pipeline | undefined> {
  const { MediaStreamTrackProcessor, MediaStreamTrackGenerator } = mediaTransform()
  if (!MediaStreamTrackProcessor || !MediaStreamTrackGenerator) return undefined
  const { readable } = new MediaStreamTrackProcessor({ track: source, maxBufferSize: WAITING_FRAMES })
  const generator = new MediaStreamTrackGenerator({ kind: 'video' })
  const { writable } = generator
  const worker = new DrawingWorker(events)
  try {
    await worker.start({ type: 'streams', effect, readable, writable }, [readable, writable])
    await untilSized(generator)
  } catch (error) {
    generator.stop()
    throw error
  }
  return pipelineOf(generator, worker)
}

/** The page hears of the size a moment after the picture was written; whoever sends the track chooses layers by it. */
async function untilSized(track: MediaStreamTrack): Promise<void> {
  for (let waited = 0; waited < SIZE_MS && track.getSettings().width === undefined; waited += SIZE_STEP_MS) {
    await new Promise((resolve) => setTimeout(resolve, SIZE_STEP_MS))
  }
}

/**
 * Safari's way, and the standard's: the track itself goes to the worker, which has processor and generator.
 * @returns undefined if this browser has no such thing
 */
export async function startInWorker(
  source: MediaStreamTrack,
  effect: EffectName,
  events: PipelineEvents,
): Promise<Pipeline | undefined> {
  if (!canTransfer(source)) return undefined
  // What is transferred is gone from here, and the source is the caller's.
  const clone = source.clone()
  const worker = new DrawingWorker(events)
  try {
    const { track } = await worker.start({ type: 'track', effect, track: clone }, [clone])
    if (track === undefined) throw new Error('the worker gave no track')
    // A clone does not end when its original is stopped, and the camera's light would stay on.
    const look = setInterval(() => {
      if (source.readyState === 'ended') events.onOver()
    }, LOOK_MS)
    return pipelineOf(track, worker, () => clearInterval(look))
  } catch (error) {
    clone.stop()
    throw error
  }
}

/** Whether tracks can go to a worker; asked before one is started for nothing. */
function canTransfer(source: MediaStreamTrack): boolean {
  const probe = source.clone()
  try {
    structuredClone(probe, { transfer: [probe as unknown as Transferable] }).stop()
    return true
  } catch {
    probe.stop()
    return false
  }
}

function pipelineOf(track: MediaStreamTrack, worker: DrawingWorker, release = () => {}): Pipeline {
  return {
    track,
    setEffect: (effect) => worker.send({ type: 'effect', effect }),
    close: () => {
      release()
      track.stop()
      worker.close()
    },
  }
}

/** The worker of one processed track, seen from the page; ends with it. */
class DrawingWorker {
  readonly #worker = new Worker(new URL('./effectWorker.ts', import.meta.url), { type: 'module' })
  readonly #started = Promise.withResolvers<{ track?: MediaStreamTrack }>()
  #closed = false

  constructor({ onOver, onError }: PipelineEvents) {
    const fail = (message: string) => {
      if (this.#closed) return
      const error = new Error(message)
      this.#started.reject(error)
      onError(error)
    }
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'ready') this.#started.resolve(data)
      else if (data.type === 'failed') fail(data.message)
      else if (!this.#closed) onOver()
    }
    this.#worker.onerror = (event) => fail(`the worker failed: ${event.message ?? 'its script did not load'}`)
    this.#worker.onmessageerror = () => fail('the worker sent what cannot be read')
  }

  /** @throws Error if it does not begin; it is closed then */
  async start(message: ToWorker, transfer: readonly unknown[]): Promise<{ track?: MediaStreamTrack }> {
    const timer = setTimeout(() => this.#started.reject(new Error('the worker did not begin in time')), START_MS)
    try {
      // Streams and tracks can be transferred, but TypeScript's `Transferable` does not know of tracks.
      this.#worker.postMessage(message, transfer as Transferable[])
      return await this.#started.promise
    } catch (error) {
      this.close()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  send(message: ToWorker): void {
    if (!this.#closed) this.#worker.postMessage(message)
  }

  close(): void {
    if (this.#closed) return
    this.send({ type: 'stop' })
    this.#closed = true
    // Ended at once it could not cancel its stream, nor stop a track that was transferred to it.
    setTimeout(() => this.#worker.terminate(), STOP_MS)
  }
}
