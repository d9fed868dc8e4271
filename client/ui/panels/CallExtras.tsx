import { Toasts } from '../parts/Toasts.tsx'
import { FloatingReactions } from './FloatingReactions.tsx'
import { Panels } from './Panels.tsx'

/** What lies beside and over the tiles: the open panel, signs that fly by, short news. */
export function CallExtras() {
  return (
    <>
      <Panels />
      <FloatingReactions />
      <Toasts />
    </>
  )
}
