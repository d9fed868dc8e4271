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
  id: { name: 'Bahasa Indonesia', load: async () => (await import('./id.ts')).id },
  de: { name: 'Deutsch', load: async () => (await import('./de.ts')).de },
  es: { name: 'Español', load: async () => (await import('./es.ts')).es },
  ko: { name: '한국어', load: async () => (await import('./ko.ts')).ko },
  ar: { name: 'العربية', direction: 'rtl', load: async () => (await import('./ar.ts')).ar },
}

const primaryOf = (tag: string) => tag.toLowerCase().split('-')[0] ?? ''

/** The first of these that the page speaks; a region does not matter (`de-AT` is `de`). */
export function languageFor(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const primary = primaryOf(tag)
    if (Object.hasOwn(LANGUAGES, primary)) return primary
  }
  return 'en'
}

/** With the region that the browser names, if any: `en-GB` writes times and numbers its own way. */
export const withRegion = (language: string, known: readonly string[]): string =>
  known.find((tag) => primaryOf(tag) === language) ?? language

let last = 0
let shown: Promise<void> = Promise.resolve()

/** Longer than this nobody looks at an empty page for a file of texts, milliseconds. */
const PATIENCE_MS = 1_500

/** When the language that was asked for last is there: what is drawn before that changes under the reader's eyes. */
export const languageShown = (): Promise<void> =>
  Promise.race([shown, new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS))])

/** Shows the page in a language; when its file cannot be loaded, in the one that it has. */
export function showLanguage(tag: string): Promise<void> {
  shown = show(tag)
  return shown
}

async function show(tag: string): Promise<void> {
  const language = LANGUAGES[tag]
  if (!language) return
  const turn = ++last
  try {
    const catalogue = await language.load()
    // Two choices in a row: the later one counts, whichever file came first.
    if (turn !== last) return
    document.documentElement.lang = tag
    document.documentElement.dir = language.direction ?? 'ltr'
    setCatalogue(withRegion(tag, navigator.languages), catalogue)
  } catch (error) {
    console.warn('tertulia: a language could not be loaded', error)
  }
}
