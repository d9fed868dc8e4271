import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** Whether a media query (https://www.w3.org/TR/mediaqueries-5/) holds now. */
export function useMedia(query: string): boolean {
  const matches = useSignal(matchMedia(query).matches)
  useEffect(() => {
    const list = matchMedia(query)
    const follow = () => {
      matches.value = list.matches
    }
    follow()
    list.addEventListener('change', follow)
    return () => list.removeEventListener('change', follow)
  }, [query, matches])
  return matches.value
}
