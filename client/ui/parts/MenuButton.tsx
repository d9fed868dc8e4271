import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import type { IconName } from '../icons.tsx'
import { IconButton } from './IconButton.tsx'

type Props = {
  readonly icon: IconName
  readonly label: string
  readonly testId: string
  readonly tone?: 'plain' | 'danger'
  /** -1: reached by arrow keys, not by Tab. */
  readonly tabIndex?: number
  /** A row of signs, or lines of text one under the other. */
  readonly layout?: 'row' | 'lines'
  /** The items, of role `menuitem`; called while the menu is open. */
  readonly children: (close: () => void) => ComponentChildren
}

/** A button with a menu over it (WAI-ARIA menu button pattern): arrows move, Escape closes, the focus comes back. */
export function MenuButton({ icon, label, testId, tone = 'plain', tabIndex, layout = 'lines', children }: Props) {
  const open = useSignal(false)
  const root = useRef<HTMLSpanElement>(null)
  const menu = useRef<HTMLDivElement>(null)
  const id = useId()
  const close = () => {
    if (!open.peek()) return
    open.value = false
    root.current?.querySelector('button')?.focus()
  }
  const isOpen = open.value
  useLayoutEffect(() => {
    if (!isOpen || !menu.current || !root.current) return
    return showAbove(menu.current, root.current, () => {
      open.value = false
    })
  }, [isOpen, open])
  return (
    <span class="menu-anchor" ref={root}>
      <IconButton
        icon={icon}
        label={label}
        testId={testId}
        tone={tone}
        {...(tabIndex !== undefined && { tabIndex })}
        popup="menu"
        expanded={isOpen}
        controls={isOpen ? id : undefined}
        onClick={() => {
          open.value = !open.peek()
        }}
      />
      {isOpen && (
        <div
          ref={menu}
          id={id}
          class="menu"
          popover="manual"
          role="menu"
          aria-label={label}
          data-layout={layout}
          tabIndex={-1}
          onKeyDown={(event) => handleKey(event, close)}
        >
          {children(close)}
        </div>
      )}
    </span>
  )
}

const MARGIN = 8

/**
 * Puts the menu over everything, above its button, and the focus into it.
 * @returns ends what watches for a click elsewhere
 */
function showAbove(menu: HTMLElement, anchor: HTMLElement, dismiss: () => void): () => void {
  menu.showPopover?.()
  const button = anchor.getBoundingClientRect()
  const { width, height } = menu.getBoundingClientRect()
  const centred = button.left + button.width / 2 - width / 2
  const above = button.top - height - MARGIN
  menu.style.left = `${Math.max(MARGIN, Math.min(centred, innerWidth - width - MARGIN))}px`
  menu.style.top = `${above >= MARGIN ? above : Math.min(button.bottom + MARGIN, innerHeight - height - MARGIN)}px`
  itemsOf(menu)[0]?.focus({ preventScroll: true })
  const watch = new AbortController()
  const handlePointer = (event: Event) => {
    if (!(event.target instanceof Node && anchor.contains(event.target))) dismiss()
  }
  addEventListener('pointerdown', handlePointer, { capture: true, signal: watch.signal })
  addEventListener('resize', dismiss, { signal: watch.signal })
  return () => watch.abort()
}

const itemsOf = (menu: Element) => [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')]

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }

function handleKey(event: KeyboardEvent & { currentTarget: HTMLElement }, close: () => void): void {
  const items = itemsOf(event.currentTarget)
  const at = items.findIndex((item) => item.matches(':focus'))
  const next = nextIndex(event, at, items.length)
  // The letters of the menu are not shortcuts of the call, nor is its Escape one of the panel.
  event.stopPropagation()
  if (next !== undefined) {
    event.preventDefault()
    items[next]?.focus()
  } else if (event.key === 'Escape') {
    event.preventDefault()
    close()
  } else if (event.key === 'Tab') close()
}

function nextIndex({ key, currentTarget }: KeyboardEvent, at: number, count: number): number | undefined {
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  const step = STEPS[key]
  if (step === undefined) return undefined
  const sideways = key === 'ArrowLeft' || key === 'ArrowRight'
  const turned = sideways && currentTarget instanceof Element && getComputedStyle(currentTarget).direction === 'rtl'
  return (at + (turned ? -step : step) + count) % count
}
