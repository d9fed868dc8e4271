/** A text cut into what is a link and what is not. Only http and https: anything else stays text. */
export type TextPart = { readonly text: string; readonly href?: string }

const CANDIDATE = /\bhttps?:\/\/[^\s<>"']+/giu
/** At the end these belong to the sentence rather than to the address. */
const TRAILING = /[.,;:!?…。、，؟]+$/u
const PAIRS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = []
  let from = 0
  for (const match of text.matchAll(CANDIDATE)) {
    const address = withoutTrailing(match[0])
    const href = safeHref(address)
    if (!href) continue
    if (match.index > from) parts.push({ text: text.slice(from, match.index) })
    parts.push({ text: address, href })
    from = match.index + address.length
  }
  if (from < text.length) parts.push({ text: text.slice(from) })
  return parts
}

/** The address as the browser would go there, if it is one that may be clicked. */
function safeHref(address: string): string | undefined {
  try {
    const url = new URL(address)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined
  } catch {
    return undefined
  }
}

function withoutTrailing(address: string): string {
  const cut = address.replace(TRAILING, '')
  const last = cut.at(-1) ?? ''
  const opening = PAIRS[last]
  // A bracket that was not opened within the address closes one of the sentence.
  const unbalanced = opening !== undefined && count(cut, opening) < count(cut, last)
  if (unbalanced) return withoutTrailing(cut.slice(0, -1))
  return cut
}

const count = (text: string, letter: string): number => text.split(letter).length - 1
