import type { LayoutTile, Mode } from './layout.ts'

/** What a person chooses; `auto` follows what happens in the call. */
export const CHOICES = ['auto', 'grid', 'speaker', 'sideBySide'] as const
export type Choice = (typeof CHOICES)[number]

/** What is shown then. Whoever pins a tile wants it large, in a grid too. */
export function effectiveMode(choice: Choice, tiles: readonly LayoutTile[]): Mode {
  if (choice === 'speaker' || choice === 'sideBySide') return choice
  const pinned = tiles.filter((tile) => tile.pinned)
  if (pinned.length > 0) return pinned.some(({ kind }) => kind === 'screen') ? 'screen' : 'speaker'
  const shared = tiles.some(({ kind }) => kind === 'screen')
  return choice === 'auto' && shared ? 'screen' : 'grid'
}
