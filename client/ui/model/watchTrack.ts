/** A track that is silent or dark for so long is interrupted, milliseconds; many are for a moment while they start. */
const INTERRUPTED_AFTER_MS = 2000

type Listeners = {
  /** Unplugged, or the permission was taken back; a track that the page stops does not say so. */
  readonly onEnded: () => void
  /** A telephone call, another program or the system has it for the moment (`mute` in W3C mediacapture-streams). */
  readonly onInterrupted: () => void
  /** It goes on. */
  readonly onResumed: () => void
  /** The person came back to the page, and it does not go on by itself: some telephones forget to give it back. */
  readonly onStuck: () => void
}

/** Follows what happens to a microphone's or camera's track, until it is stopped. */
export function watchTrack(track: MediaStreamTrack, listeners: Listeners): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let interrupted = false
  const ended = new AbortController()
  const { signal } = ended
  const end = () => {
    clearTimeout(timer)
    ended.abort()
  }
  const handleMute = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (track.readyState === 'ended') return end()
      interrupted = true
      listeners.onInterrupted()
    }, INTERRUPTED_AFTER_MS)
  }
  const handleUnmute = () => {
    clearTimeout(timer)
    if (interrupted) listeners.onResumed()
    interrupted = false
  }
  const handleVisible = () => {
    // The page has stopped it meanwhile.
    if (track.readyState === 'ended') return end()
    if (interrupted && document.visibilityState === 'visible') listeners.onStuck()
  }
  track.addEventListener('mute', handleMute, { signal })
  track.addEventListener('unmute', handleUnmute, { signal })
  document.addEventListener('visibilitychange', handleVisible, { signal })
  track.addEventListener(
    'ended',
    () => {
      end()
      listeners.onEnded()
    },
    { signal },
  )
}
