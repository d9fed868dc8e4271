import { type ReadonlySignal, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Nobody has moved for so long, milliseconds. */
const IDLE_MS = 5000
/** A finger that has left the screen does not come back by chance, and its next touch is spent on the bar. */
const IDLE_TOUCH_MS = 15_000

/** Longer than a tap takes, milliseconds. */
const TOUCH_MS = 800

const ACTIVITY = ['pointermove', 'pointerdown', 'keydown', 'focusin', 'wheel'] as const
/** Something is open that belongs to the bar, or lies over everything. */
const OPEN = 'dialog[open], [aria-haspopup][aria-expanded="true"]'

/**
 * Whether the bar may go: nobody has moved the pointer, touched or typed for a while, and nobody is about to use it. Set
 * at once where somebody does, before the click that follows finds its target.
 */
export function useIdle(bar: RefObject<HTMLElement | null>, mayHide: boolean): ReadonlySignal<boolean> {
  const idle = useSignal(false)
  const allowed = useRef(mayHide)
  allowed.current = mayHide
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let byKeyboard = false
    let byTouch = false
    const look = () => {
      // A finger hovers for ever where it has tapped last.
      const using = byTouch ? ':has(:focus-visible)' : ':hover, :has(:focus-visible)'
      const inUse = bar.current?.matches(using) || document.querySelector(OPEN) !== null
      if (allowed.current && !byKeyboard && !inUse) idle.value = true
      else wait()
    }
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(look, byTouch ? IDLE_TOUCH_MS : IDLE_MS)
    }
    const ended = new AbortController()
    const { signal } = ended
    // The click of a touch is aimed when the finger leaves, and by then the bar is back where it was not seen.
    const swallowClick = () => {
      const swallow = new AbortController()
      const handleClick = (event: Event) => {
        if (event.target instanceof Node && bar.current?.contains(event.target)) event.stopImmediatePropagation()
        swallow.abort()
      }
      setTimeout(() => swallow.abort(), TOUCH_MS)
      addEventListener('click', handleClick, { capture: true, signal: swallow.signal })
    }
    const handleActivity = (event: Event) => {
      const { type } = event
      if (event instanceof PointerEvent) byTouch = event.pointerType === 'touch'
      if (idle.peek() && byTouch && type === 'pointerdown') swallowClick()
      // Whoever walks by keys has no pointer to bring the bar back with.
      if (type === 'keydown') byKeyboard = true
      else if (type.startsWith('pointer')) byKeyboard = false
      idle.value = false
      wait()
    }
    for (const type of ACTIVITY) addEventListener(type, handleActivity, { capture: true, passive: true, signal })
    wait()
    return () => {
      clearTimeout(timer)
      ended.abort()
    }
  }, [bar, idle])
  useEffect(() => {
    if (!mayHide) idle.value = false
  }, [mayHide, idle])
  return idle
}
