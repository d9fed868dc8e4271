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
