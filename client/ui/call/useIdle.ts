import { type ReadonlySignal, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Nobody has moved for so long, milliseconds; a finger has left the screen and does not come back by chance. */
const IDLE_MS = 5000

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
    const look = () => {
      const inUse = bar.current?.matches(':hover, :has(:focus-visible)') || document.querySelector(OPEN) !== null
      if (allowed.current && !byKeyboard && !inUse) idle.value = true
      else wait()
    }
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(look, IDLE_MS)
    }
    const handleActivity = ({ type }: Event) => {
      // Whoever walks by keys has no pointer to bring the bar back with.
      if (type === 'keydown') byKeyboard = true
      else if (type.startsWith('pointer')) byKeyboard = false
      idle.value = false
      wait()
    }
    const ended = new AbortController()
    for (const type of ACTIVITY)
      addEventListener(type, handleActivity, { capture: true, passive: true, signal: ended.signal })
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
