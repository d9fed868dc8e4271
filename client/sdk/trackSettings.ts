/** What a video track says of itself. */
import type { Input } from '../../shared/requests.ts'
import type { ScreenHint } from './encodings.ts'

/** Size of the captured picture, pixels. */
export type Capture = { readonly width: number | undefined; readonly height: number | undefined }

/** What matters more on a screen; sharp unless it says otherwise. */
export const hintOf = ({ contentHint }: MediaStreamTrack): ScreenHint =>
  contentHint === 'motion' ? 'motion' : 'detail'

/** A track made outside of a browser may know no settings. */
export function sizeOf(track: MediaStreamTrack): Capture {
  const settings = typeof track.getSettings === 'function' ? track.getSettings() : {}
  return { width: settings.width, height: settings.height }
}

/** Tells the server how large the picture is, from which it knows the size of each layer. */
export function frameOf(track: MediaStreamTrack): Pick<Input<'produce'>, 'frame'> {
  const { width = 0, height = 0 } = track.kind === 'video' ? sizeOf(track) : {}
  return width >= 1 && height >= 1 ? { frame: { width: Math.round(width), height: Math.round(height) } } : {}
}
