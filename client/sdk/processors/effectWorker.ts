/** The worker that draws: one for each processed track, ended by the page. */
import { createEffect } from './createEffect.ts'
import { FIRST_PICTURE_MS, mediaTransform, WAITING_FRAMES } from './mediaTransform.ts'
import { Surface } from './Surface.ts'
import type { VideoEffect } from './types.ts'
import type { FromWorker, ToWorker } from './workerMessages.ts'

/** The page's library of types knows windows only. */
type Scope = {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null
  postMessage(message: FromWorker, transfer?: readonly unknown[]): void
}
const scope = globalThis as unknown as Scope

const surface = new Surface({ alpha: false })
let effect: VideoEffect | undefined
let stop: (() => void) | undefined

scope.onmessage = ({ data }) => {
  try {
    handle(data)
  } catch (error) {
    fail(error)
  }
}

function handle(message: ToWorker): void {
  if (message.type === 'stop') stop?.()
  else effect = createEffect(message.effect)
  if (message.type === 'streams') {
    const { readable, writable } = message
    run({ readable, writable, onStarted: () => scope.postMessage({ type: 'ready' }) })
  } else if (message.type === 'track') {
    const { MediaStreamTrackProcessor, VideoTrackGenerator } = mediaTransform()
    if (!MediaStreamTrackProcessor || !VideoTrackGenerator) throw new Error('this worker can open no track')
    const source = message.track
    const { readable } = new MediaStreamTrackProcessor({ track: source, maxBufferSize: WAITING_FRAMES })
    const { writable, track } = new VideoTrackGenerator()
    const onStarted = () => scope.postMessage({ type: 'ready', track }, [track])
    run({ readable, writable, onStarted, onStop: () => source.stop() })
  }
}

type Flow = {
  readonly readable: ReadableStream<VideoFrame>
  readonly writable: WritableStream<VideoFrame>
  readonly onStarted: () => void
  readonly onStop?: () => void
}

function run({ readable, writable, onStarted, onStop }: Flow): void {
  const reader = readable.getReader()
  const first = Promise.withResolvers<void>()
  first.promise.then(onStarted)
  setTimeout(first.resolve, FIRST_PICTURE_MS)
  stop = () => {
    onStop?.()
    reader.cancel().catch(() => {})
  }
  drawAll(reader, writable.getWriter(), first.resolve).then(() => scope.postMessage({ type: 'over' }), fail)
}

/**
 * One picture after the other: while one is drawn or waits to be taken, the processor keeps the newest and drops the
 * rest. Each frame is closed by whoever had it last, else the camera runs out of buffers and stops.
 */
async function drawAll(
  reader: ReadableStreamDefaultReader<VideoFrame>,
  writer: WritableStreamDefaultWriter<VideoFrame>,
  onWritten: () => void,
): Promise<void> {
  for (;;) {
    const { done, value: frame } = await reader.read()
    if (done) return
    const drawn = drawFrame(frame)
    try {
      await writer.write(drawn)
      onWritten()
    } catch (error) {
      drawn.close()
      throw error
    }
  }
}

function drawFrame(frame: VideoFrame): VideoFrame {
  try {
    const size = { width: frame.displayWidth, height: frame.displayHeight }
    const context = surface.prepare(size)
    effect?.draw(context, frame, size)
    const { timestamp, duration } = frame
    return new VideoFrame(surface.image, { timestamp, ...(duration !== null && { duration }) })
  } finally {
    frame.close()
  }
}

function fail(error: unknown): void {
  scope.postMessage({ type: 'failed', message: String(error) })
}
