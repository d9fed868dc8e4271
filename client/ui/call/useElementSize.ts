import { type ReadonlySignal, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Size } from '../layout/gridLayout.ts'

/** How large an element is, CSS pixels inside its padding; 0 × 0 before it is there. */
export function useElementSize<E extends Element>(): { ref: RefObject<E | null>; size: ReadonlySignal<Size> } {
  const ref = useRef<E>(null)
  const size = useSignal<Size>({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element
      const before = size.peek()
      if (before.width !== width || before.height !== height) size.value = { width, height }
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [size])
  return { ref, size }
}
