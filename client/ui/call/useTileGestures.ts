import { type Signal, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Place } from '../layout/layout.ts'

/** A tile in the hand: where its upper left corner is, in the stage. */
export type Drag = { readonly key: string; readonly x: number; readonly y: number }

type Options = {
  readonly stage: RefObject<HTMLElement | null>
  /** As they are on the screen now. */
  readonly places: readonly Place[]
  readonly onMove: (key: string, target: string) => void
  readonly onTurn: (step: 1 | -1) => void
}

/** Further than a hand trembles, pixels. */
const DRAG_FROM = 6
/** A finger that rests takes the tile; one that goes on turns the page. */
const REST_MS = 350
const SWIPE_FROM = 60

/**
 * Moves tiles by mouse, pen or a finger that rests on them first, and turns pages by a swipe. Others make room while the
 * tile is moved. The menu of a tile does the same by keyboard.
 */
export function useTileGestures(options: Options): {
  drag: Signal<Drag | undefined>
  onPointerDown: (event: PointerEvent) => void
} {
  const drag = useSignal<Drag | undefined>(undefined)
  const latest = useRef(options)
  latest.current = options
  const gesture = useRef<AbortController>(undefined)
  useEffect(() => () => gesture.current?.abort(), [])

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || !event.isPrimary || !(event.target instanceof Element)) return
    if (event.target.closest('button, a, input, [role="menu"]')) return
    const element = event.target.closest<HTMLElement>('[data-testid="tile"]')
    const { key } = element?.dataset ?? {}
    const place = latest.current.places.find((each) => each.key === key)
    if (!element || !key || !place) return
    gesture.current?.abort()
    const ended = new AbortController()
    gesture.current = ended
    const { signal } = ended
    const from = { x: event.clientX, y: event.clientY }
    const finger = event.pointerType === 'touch'
    const movable = place.role === 'tile'
    let held = !finger
    const resting = setTimeout(() => {
      held = true
      if (movable) drag.value = { key, x: place.x, y: place.y }
    }, REST_MS)

    const handleMove = (move: PointerEvent) => {
      const dx = move.clientX - from.x
      const dy = move.clientY - from.y
      const far = Math.hypot(dx, dy) > DRAG_FROM
      if (far) clearTimeout(resting)
      if (!movable || !held || !(far || drag.peek())) return
      drag.value = { key, x: place.x + dx, y: place.y + dy }
      const target = placeUnder(latest.current, move)
      if (target && target.key !== key) latest.current.onMove(key, target.key)
    }
    const handleEnd = (up: PointerEvent) => {
      const [dx, dy] = [up.clientX - from.x, up.clientY - from.y]
      const moved = Math.hypot(dx, dy) > DRAG_FROM
      if (up.type === 'pointerup' && finger && !drag.peek()) {
        if (Math.abs(dx) > SWIPE_FROM && Math.abs(dx) > 2 * Math.abs(dy)) latest.current.onTurn(dx < 0 ? 1 : -1)
        // A touch has no hovering: what can be done with a tile shows after a tap. Not before the click: the mouse
        // events that a browser makes of a touch take the focus away.
        else if (!moved) element.addEventListener('click', () => focusMenu(element), { once: true })
      }
      ended.abort()
    }
    signal.addEventListener('abort', () => {
      clearTimeout(resting)
      drag.value = undefined
    })
    addEventListener('pointermove', handleMove, { signal })
    addEventListener('pointerup', handleEnd, { signal })
    addEventListener('pointercancel', handleEnd, { signal })
  }
  return { drag, onPointerDown }
}

const focusMenu = (tile: HTMLElement) =>
  tile.querySelector<HTMLElement>('[data-testid="tile-menu"]')?.focus({ preventScroll: true })

/** The one of the movable tiles that the pointer is over. */
function placeUnder({ stage, places }: Options, { clientX, clientY }: PointerEvent): Place | undefined {
  const { left = 0, top = 0 } = stage.current?.getBoundingClientRect() ?? {}
  const [x, y] = [clientX - left, clientY - top]
  return places.find(
    (place) =>
      place.role === 'tile' && x >= place.x && x < place.x + place.width && y >= place.y && y < place.y + place.height,
  )
}
