/**
 * What a browser tells about the page's life; nothing happens outside of one.
 * @param onWake the network is back, or the person is: a good moment to try again
 * @param onPageHide the page goes away, perhaps for good
 * @returns ends the watch
 */
export function watchBrowser(onWake: () => void, onPageHide: () => void): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {}
  const handleVisibility = () => {
    if (document.visibilityState === 'visible') onWake()
  }
  window.addEventListener('online', onWake)
  window.addEventListener('pagehide', onPageHide)
  document.addEventListener('visibilitychange', handleVisibility)
  return () => {
    window.removeEventListener('online', onWake)
    window.removeEventListener('pagehide', onPageHide)
    document.removeEventListener('visibilitychange', handleVisibility)
  }
}

type Presence = {
  /** Also called at once, if the page is not in sight. */
  readonly onHidden: (hidden: boolean) => void
  /** The network is back. */
  readonly onOnline: () => void
  /** The person moves the pointer, or types. */
  readonly onStir: () => void
}

/**
 * Whether somebody is in front of the page; outside of a browser always.
 * @returns ends the watch
 */
export function watchPresence({ onHidden, onOnline, onStir }: Presence): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {}
  const watch = new AbortController()
  const options = { signal: watch.signal, passive: true, capture: true }
  document.addEventListener('visibilitychange', () => onHidden(document.visibilityState === 'hidden'), options)
  window.addEventListener('online', onOnline, options)
  for (const name of ['pointermove', 'pointerdown', 'keydown']) window.addEventListener(name, onStir, options)
  if (document.visibilityState === 'hidden') onHidden(true)
  return () => watch.abort()
}
