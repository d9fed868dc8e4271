import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** The same as in `call.css`: below this the bar has room for what is needed most only. */
const NARROW = '(width < 40rem)'

export function useNarrow(): boolean {
  const narrow = useSignal(matchMedia(NARROW).matches)
  useEffect(() => {
    const query = matchMedia(NARROW)
    const follow = () => {
      narrow.value = query.matches
    }
    follow()
    query.addEventListener('change', follow)
    return () => query.removeEventListener('change', follow)
  }, [narrow])
  return narrow.value
}
