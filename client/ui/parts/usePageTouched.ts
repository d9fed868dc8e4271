import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/**
 * Whether the person has clicked or typed yet: until then browsers keep sound, even sound that is only measured, at
 * rest (https://html.spec.whatwg.org/multipage/interaction.html#sticky-activation).
 */
export function usePageTouched(): boolean {
  const touched = useSignal(navigator.userActivation?.hasBeenActive ?? false)
  useEffect(() => {
    if (touched.peek()) return
    const handleTouch = () => {
      touched.value = true
    }
    const once = new AbortController()
    for (const type of ['click', 'keydown']) addEventListener(type, handleTouch, { once: true, signal: once.signal })
    return () => once.abort()
  }, [touched])
  return touched.value
}
