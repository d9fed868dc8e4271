/** What a person is called: made fit for the contract (`DisplayNameSchema`) before it is sent. */

const LONGEST = 64
/** Control and format characters: with a direction override a name could pose as another. Joiners stay: emoji and some scripts need them. */
const UNWANTED = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\u2060-\u2069]/gu
const VISIBLE = /[^\s\u200c\u200d]/u

/** Empty when nothing visible is left. */
export function cleanName(typed: string): string {
  if (!VISIBLE.test(typed.replace(UNWANTED, ''))) return ''
  const name = typed.replace(UNWANTED, ' ').replace(/\s+/g, ' ').trim()
  return [...name].reduce((kept, letter) => (kept.length + letter.length <= LONGEST ? kept + letter : kept), '')
}

/** One or two letters for an avatar: of the first and the last word. */
export function initialsOf(name: string): string {
  const words = cleanName(name).split(' ').filter(Boolean)
  const first = firstLetter(words[0] ?? '')
  const last = words.length > 1 ? firstLetter(words[words.length - 1] ?? '') : ''
  return (first + last).toLocaleUpperCase()
}

/** A hue of the colour circle, degrees; the same person has the same one everywhere. */
export function hueOf(name: string): number {
  let hash = 0
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0
  return (hash * 137) % 360
}

/** A whole grapheme, so that an emoji or an accent is not cut. */
function firstLetter(word: string): string {
  for (const { segment } of new Intl.Segmenter().segment(word)) return segment
  return ''
}
