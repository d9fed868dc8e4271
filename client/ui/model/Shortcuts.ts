/** Listens for the keys of a call; not while somebody writes. */
import { isShortcut, type ShortcutKey } from './shortcutTable.ts'

type Actions = Readonly<Record<ShortcutKey, () => void>> & {
  readonly enabled: () => boolean
  /** @returns whether it was of use */
  readonly escape: () => boolean
  readonly holdEnabled: () => boolean
  readonly press: () => boolean
  readonly release: () => void
}

const WALKING: ReadonlySet<string> = new Set(['Tab', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End'])

/** @returns ends it */
export function listenForShortcuts(actions: Actions): () => void {
  let holding = false
  /** Whoever walks by Tab presses buttons with the space bar; after a click with the pointer it is free to talk. */
  let walking = false
  const release = () => {
    if (holding) actions.release()
    holding = false
  }
  const handleDown = (event: KeyboardEvent) => {
    if (WALKING.has(event.key)) walking = true
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    // A dialog takes every key, and closes by itself.
    if (document.querySelector('dialog[open]')) return
    if (event.key === 'Escape') {
      if (actions.escape()) event.preventDefault()
      return
    }
    if (isWriting(event.target)) return
    if (event.key === ' ') {
      if (!actions.holdEnabled() || (walking && usesSpace(event.target))) return
      if (!event.repeat) holding = actions.press()
      if (holding) event.preventDefault()
      return
    }
    const key = keyOf(event)
    if (event.repeat || !actions.enabled() || !isShortcut(key)) return
    event.preventDefault()
    actions[key]()
  }
  const handleUp = (event: KeyboardEvent) => {
    if (event.key !== ' ' || !holding) return
    // Otherwise the button that was clicked last would be clicked once more.
    event.preventDefault()
    release()
  }
  const once = new AbortController()
  const { signal } = once
  addEventListener('keydown', handleDown, { signal })
  addEventListener('keyup', handleUp, { signal })
  const handlePointer = () => {
    walking = false
  }
  addEventListener('pointerdown', handlePointer, { capture: true, signal })
  // The key is let go in another window: nobody tells.
  addEventListener('blur', release, { signal })
  document.addEventListener('visibilitychange', release, { signal })
  return () => {
    release()
    once.abort()
  }
}

/** The letter, also on a keyboard of another script: there by its place. */
function keyOf({ key, code }: KeyboardEvent): string {
  if (/^[a-z?]$/i.test(key)) return key.toLowerCase()
  return /^Key[A-Z]$/.test(code) && !/^[\p{Script=Latin}]/u.test(key) ? code.slice(3).toLowerCase() : key
}

const WRITING =
  'input:not([type="checkbox"], [type="radio"], [type="range"], [type="button"]), textarea, select, [contenteditable]'

const isWriting = (target: EventTarget | null): boolean => target instanceof Element && target.closest(WRITING) !== null

const usesSpace = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('button, a, input, summary, [role]:not(main)') !== null
