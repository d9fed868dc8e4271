type PageLife = {
  /** There is a network again, or another. */
  readonly onNetwork: () => void
  /** The person looks at the page again. */
  readonly onVisible: () => void
  /** The page goes away, perhaps for good. */
  readonly onPageHide: () => void
}

/** Network Information API: not everywhere, and `type` in fewer places still. */
type Connection = EventTarget & { readonly type?: string }

/**
 * What a browser tells about the page's life; nothing happens outside of one.
 * @returns ends the watch
 */
export function watchBrowser({ onNetwork, onVisible, onPageHide }: PageLife): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {}
  const watch = new AbortController()
  const { signal } = watch
  window.addEventListener('online', onNetwork, { signal })
  window.addEventListener('pagehide', onPageHide, { signal })
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && onVisible(), { signal })
  const { connection } = navigator as Navigator & { readonly connection?: Connection }
  let type = connection?.type
  // It changes with each new estimate, too; another kind of network is another address.
  connection?.addEventListener(
    'change',
    () => {
      if (connection.type !== type && connection.type !== 'none') onNetwork()
      type = connection.type
    },
    { signal },
  )
  return () => watch.abort()
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
