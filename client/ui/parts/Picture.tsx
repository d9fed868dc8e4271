import { useLayoutEffect, useRef } from 'preact/hooks'

type Props = {
  readonly track: MediaStreamTrack | undefined
  readonly label?: string
  /** Told of the width over the height of the picture, at first and when it changes. */
  readonly onShape?: (aspect: number) => void
}

/**
 * A track's moving picture, without its sound. The element stays when the track goes, hidden, and what lies under it
 * shows through until the first frame is there.
 */
export function Picture({ track, label, onShape }: Props) {
  const ref = useRef<HTMLVideoElement>(null)
  // Not after the paint: that would hold the first frame back, and in a background tab for a second.
  useLayoutEffect(() => {
    const video = ref.current
    if (!video) return
    const stream = video.srcObject
    if (track && stream instanceof MediaStream) exchange(stream, track)
    else video.srcObject = track ? new MediaStream([track]) : null
    // A muted video may always play; a rejection says that the track was replaced meanwhile.
    if (track) video.play().catch(() => undefined)
  }, [track])
  useLayoutEffect(() => {
    const video = ref.current
    return () => {
      if (video) video.srcObject = null
    }
  }, [])
  return (
    <video
      ref={ref}
      class="picture"
      hidden={!track}
      aria-label={label}
      muted
      autoplay
      playsInline
      // Firefox else stops at it with Tab, though there is nothing to press.
      tabIndex={-1}
      onResize={({ currentTarget: { videoWidth, videoHeight } }) => {
        if (videoWidth > 0 && videoHeight > 0) onShape?.(videoWidth / videoHeight)
      }}
    />
  )
}

/** Within the stream, since another stream would leave the element empty until its first frame. */
function exchange(stream: MediaStream, track: MediaStreamTrack): void {
  const before = stream.getTracks()
  if (before.includes(track)) return
  stream.addTrack(track)
  for (const old of before) stream.removeTrack(old)
}
