import { Trace } from '../traces/Trace.ts'
import { HeadlessTrack } from './HeadlessTrack.ts'

/** A track whose media is a recorded loop: what a headless peer has in the place of a camera or microphone. */
export class TraceTrack extends HeadlessTrack {
  readonly trace: Trace

  constructor(trace: Trace) {
    super(trace.header.kind)
    this.trace = trace
  }

  clone(): TraceTrack {
    return new TraceTrack(this.trace)
  }

  override getSettings(): MediaTrackSettings {
    const largest = this.trace.header.layers.at(-1)
    if (largest?.width === undefined || largest.height === undefined) return super.getSettings()
    return { ...super.getSettings(), width: largest.width, height: largest.height }
  }
}

const traces = new Map<string, Trace>()

/** Simulcast VP8 of a moving picture; the recording beside the player unless another is given. */
export function videoTrack(trace: Trace = recorded('camera')): TraceTrack {
  return new TraceTrack(trace)
}

/** Opus: 'talking' has 50 packets a second and speech-like levels, 'silent' is an open microphone under DTX. */
export function audioTrack(content: 'talking' | 'silent'): TraceTrack {
  return new TraceTrack(recorded(content))
}

function recorded(name: string): Trace {
  const known = traces.get(name)
  if (known !== undefined) return known
  const trace = Trace.read(new URL(`../traces/${name}.trace`, import.meta.url))
  traces.set(name, trace)
  return trace
}
