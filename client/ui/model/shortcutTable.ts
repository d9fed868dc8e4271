/** Every key that does something in a call: what listens for them and what lists them both look here. */
import type { TextKey } from '../i18n/t.ts'

type Row = {
  readonly text: TextKey & `help.${string}`
  /** Without it the key does nothing. */
  readonly needs?: 'screen' | 'fullScreen'
}

/** Anywhere, but not while somebody writes; they can be turned off. */
export const LETTERS = {
  m: { text: 'help.mic' },
  v: { text: 'help.cam' },
  h: { text: 'help.hand' },
  c: { text: 'help.chat' },
  p: { text: 'help.people' },
  s: { text: 'help.screen', needs: 'screen' },
  i: { text: 'help.stats' },
  '?': { text: 'help.help' },
} as const satisfies Record<string, Row>
export type ShortcutKey = keyof typeof LETTERS
export const isShortcut = (key: string): key is ShortcutKey => Object.hasOwn(LETTERS, key)

/** While the focus is in a tile. */
export const TILE_LETTERS = {
  k: { text: 'help.pin' },
  f: { text: 'help.fullScreen', needs: 'fullScreen' },
} as const satisfies Record<string, Row>
export type TileKey = keyof typeof TILE_LETTERS
export const isTileKey = (key: string): key is TileKey => Object.hasOwn(TILE_LETTERS, key)

/** Every line of the help: what it says of a key, and the key as it is written on a keyboard or named by a text. */
export type HelpLine = Row & { readonly keys: readonly (string | { readonly named: TextKey & `help.${string}` })[] }

const lettersOf = (table: Readonly<Record<string, Row>>): HelpLine[] =>
  Object.entries(table).map(([key, row]) => ({ ...row, keys: [key.toUpperCase()] }))

const ARROWS = ['←', '↑', '↓', '→']

export const HELP_ANYWHERE: readonly HelpLine[] = [
  ...lettersOf(LETTERS),
  { keys: [{ named: 'help.space' }], text: 'help.talk' },
  { keys: [{ named: 'help.escape' }], text: 'help.close' },
]

export const HELP_IN_TILE: readonly HelpLine[] = [
  ...lettersOf(TILE_LETTERS),
  { keys: ARROWS, text: 'help.toTile' },
  { keys: [{ named: 'help.shift' }, ...ARROWS], text: 'help.moveTile' },
]
