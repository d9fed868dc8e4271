/** The languages of the page, and how it comes to another one while it runs. */
import { en } from './en.ts'
import { type Catalogue, setCatalogue } from './t.ts'

type Language = {
  /** What its speakers call it: the same in every language, so it is not in the catalogue. */
  readonly name: string
  readonly direction?: 'rtl'
  /** The catalogue, from a file of its own that is loaded when it is wanted. */
  readonly load: () => Promise<Catalogue>
}

export const LANGUAGES: Readonly<Record<string, Language>> = {
  en: { name: 'English', load: async () => en },
}

/** The first of these that the page speaks; a region does not matter (`de-AT` is `de`). */
export function languageFor(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0] ?? ''
    if (Object.hasOwn(LANGUAGES, primary)) return primary
  }
  return 'en'
}

let last = 0

/** Shows the page in a language; when its file cannot be loaded, in the one that it has. */
export async function showLanguage(tag: string): Promise<void> {
  const language = LANGUAGES[tag]
  if (!language) return
  const turn = ++last
  try {
    const catalogue = await language.load()
    // Two choices in a row: the later one counts, whichever file came first.
    if (turn !== last) return
    setCatalogue(tag, catalogue)
    document.documentElement.lang = tag
    document.documentElement.dir = language.direction ?? 'ltr'
  } catch (error) {
    console.warn('tertulia: a language could not be loaded', error)
  }
}
