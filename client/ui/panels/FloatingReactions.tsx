import { useLayoutEffect, useRef } from 'preact/hooks'
import { useModel } from '../model/model.ts'
import type { ShownReaction } from '../model/Reactions.ts'

/** Signs that rise over who sent them; who is not on screen sends from the corner. The live region says them. */
export function FloatingReactions() {
  const { reactions } = useModel()
  return (
    <div class="reactions" aria-hidden="true">
      {reactions.shown.value.map((shown) => (
        <Floating key={shown.id} shown={shown} />
      ))}
    </div>
  )
}

function Floating({ shown }: { shown: ShownReaction }) {
  const ref = useRef<HTMLParagraphElement>(null)
  const { id, peerId, name, reaction } = shown
  useLayoutEffect(() => {
    const element = ref.current
    const tile = document.querySelector(`[data-testid="tile"][data-peer-id="${peerId}"][data-source="cam"]`)
    if (!element || !tile) return
    const { left, bottom, width } = tile.getBoundingClientRect()
    // Beside each other, so that a room that claps does not stack up to one pair of hands.
    const share = 0.25 + ((id * 7) % 11) / 22
    element.dataset.placed = 'true'
    element.style.left = `${left + width * share}px`
    element.style.top = `${bottom}px`
  }, [id, peerId])
  return (
    <p ref={ref} class="floating" data-testid="reaction" data-peer-id={peerId} data-reaction={reaction}>
      <span class="floating-sign">{reaction}</span>
      <span class="floating-name" dir="auto">
        {name}
      </span>
    </p>
  )
}
