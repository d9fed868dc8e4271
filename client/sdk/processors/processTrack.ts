import { SfuError } from '../../../shared/errors.ts'
import { CanvasPipeline } from './CanvasPipeline.ts'
import type { EffectName, Pipeline, PipelineEvents, ProcessedTrack, ProcessOptions, ProcessorPath } from './types.ts'
import { startInWorker, startStreams } from './workerPipeline.ts'

type Start = (source: MediaStreamTrack, effect: EffectName, events: PipelineEvents) => Promise<Pipeline | undefined>

/** The best first. */
const WAYS: Readonly<Record<ProcessorPath, Start>> = {
  streams: startStreams,
  worker: startInWorker,
  canvas: CanvasPipeline.start,
}

/**
 * Puts an effect on a camera's track. Resolves with its first picture, so that it leaves no gap in the place of another
 * track; after a second in any case, for a camera that gives no picture yet.
 * @param source a live video track; it belongs to the caller, who stops it
 * @throws SfuError `invalidInput` if it is no live video; `unsupportedMedia` if this browser has no way to do it
 */
export async function processTrack(
  source: MediaStreamTrack,
  effect: EffectName,
  options: ProcessOptions = {},
): Promise<ProcessedTrack> {
  if (source.kind !== 'video') throw new SfuError('invalidInput', 'effects are for video')
  const { paths = Object.keys(WAYS) as ProcessorPath[] } = options
  const problems: unknown[] = []
  for (const path of paths) {
    if (source.readyState === 'ended') throw new SfuError('invalidInput', 'the track to process has ended')
    try {
      const processed = await start(path, source, effect, options)
      if (processed !== undefined) return processed
    } catch (error) {
      problems.push(error)
    }
  }
  throw new SfuError('unsupportedMedia', 'this browser cannot process a track', { cause: problems[0] })
}

async function start(
  path: ProcessorPath,
  source: MediaStreamTrack,
  effect: EffectName,
  { onEnded, onError }: ProcessOptions,
): Promise<ProcessedTrack | undefined> {
  let pipeline: Pipeline | undefined
  let closed = false
  const close = () => {
    closed = true
    source.removeEventListener('ended', handleEnded)
    pipeline?.close()
  }
  /** A track that is stopped here says nothing, so it is said for it, as the source did. */
  const handleEnded = () => {
    close()
    pipeline?.track.dispatchEvent(new Event('ended'))
    onEnded?.()
  }
  pipeline = await WAYS[path](source, effect, {
    // The page stopped the source; if it ended by itself, its event may still be on the way.
    onOver: () => pipeline?.close(),
    onError: (error) => {
      // Before it stands, the attempt fails as a whole, and the next way is tried.
      if (closed || pipeline === undefined) return
      close()
      onError?.(error)
    },
  })
  if (pipeline === undefined) return undefined
  // Stopped while it was set up: whatever was said of it then nobody heard.
  if (source.readyState === 'ended') pipeline.close()
  source.addEventListener('ended', handleEnded)
  const { track } = pipeline
  track.contentHint = source.contentHint
  return { track, path, setEffect: (name) => pipeline?.setEffect(name), close }
}
