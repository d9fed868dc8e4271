/**
 * Whatever is taken out of the page takes the focus with it; it goes to `fallback` then, so that the keys and a screen
 * reader go on from here.
 * @param root only what has been in there is of interest
 * @returns ends it
 */
export function keepFocus(root: HTMLElement, fallback: HTMLElement): () => void {
  let focused: EventTarget | null = null
  const watch = new AbortController()
  const { signal } = watch
  root.addEventListener('focusin', ({ target }) => (focused = target), { signal })
  // Browsers differ in whether what is taken away loses the focus by an event: asked once it is done.
  const handleFocusOut = ({ target }: FocusEvent) =>
    queueMicrotask(() => {
      if (target === focused && target instanceof Node && target.isConnected) focused = null
    })
  root.addEventListener('focusout', handleFocusOut, { signal })
  const observer = new MutationObserver(() => {
    if (!(focused instanceof Node) || focused.isConnected) return
    focused = null
    if (document.activeElement === document.body) fallback.focus({ preventScroll: true })
  })
  observer.observe(root, { childList: true, subtree: true })
  return () => {
    watch.abort()
    observer.disconnect()
  }
}
