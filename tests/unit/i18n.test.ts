import { afterEach, describe, expect, it } from 'vitest'
import { en } from '../../client/ui/i18n/en.ts'
import { LANGUAGES, languageFor, withRegion } from '../../client/ui/i18n/languages.ts'
import { type Catalogue, setCatalogue, t } from '../../client/ui/i18n/t.ts'

const catalogues = await Promise.all(
  Object.entries(LANGUAGES).map(async ([tag, { load }]) => ({ tag, catalogue: await load() })),
)
const translated = catalogues.filter(({ tag }) => tag !== 'en')
type Text = Catalogue[keyof Catalogue]
const English: Catalogue = en

const formsOf = (text: Text): Record<string, string> => (typeof text === 'string' ? { other: text } : { ...text })
const textsOf = (catalogue: Catalogue) =>
  Object.entries(catalogue).flatMap(([key, text]) =>
    Object.entries(formsOf(text)).map(([form, each]) => ({ key: key as keyof Catalogue, form, text: each })),
  )
const placeholdersOf = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()

/** The same in every language, or in one that has the word from English. */
const SAME = new Set(['app.name', 'app.roomTitle', 'chat.announced', 'reaction.announced', 'help.escape'])
const LOANS: Readonly<Record<string, readonly string[]>> = {
  de: ['chat.title', 'reaction.party', 'stats.jitter', 'stats.codec'],
  es: ['chat.title'],
  id: ['chat.title', 'people.volume', 'settings.speaker', 'stats.jitter'],
}

describe.each(translated)('the texts in $tag', ({ tag, catalogue }) => {
  it('are those of English, none of them empty', () => {
    expect(Object.keys(catalogue)).toEqual(Object.keys(en))
    expect(textsOf(catalogue).filter(({ text }) => text.trim() === '' || text !== text.trim())).toEqual([])
  })

  it('keep what is filled in', () => {
    const wrong = textsOf(catalogue).filter(({ key, form, text }) => {
      const wanted = placeholdersOf(formsOf(English[key]).other ?? '')
      // Where a form stands for one number only, a word may say it: “two people”.
      const exact = tag === 'ar' && ['zero', 'one', 'two'].includes(form)
      const given = placeholdersOf(text)
      return String(exact ? [...new Set([...given, '{count}'])].sort() : given) !== String(wanted)
    })
    expect(wrong).toEqual([])
  })

  it('have every plural form that the language knows', () => {
    const categories = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.toSorted()
    const plurals = Object.values(catalogue).filter((text) => typeof text !== 'string')
    expect(plurals.length).toBeGreaterThan(0)
    for (const forms of plurals) {
      const missing = categories.filter((category) => !Object.hasOwn(forms, category))
      expect(missing).toEqual([])
      expect(Object.keys(forms).filter((form) => !(categories as string[]).includes(form))).toEqual([])
    }
  })

  it('are not English', () => {
    const left = textsOf(catalogue).filter(
      ({ key, text }) =>
        !SAME.has(key) && !LOANS[tag]?.includes(key) && Object.values(formsOf(English[key])).includes(text),
    )
    expect(left).toEqual([])
  })

  it('name an example room as a link can carry it', () => {
    expect(catalogue['home.roomPlaceholder']).toMatch(/^[a-z0-9-]+$/)
  })
})

describe('a text in the language of the page', () => {
  afterEach(() => setCatalogue('en', en))

  const show = (tag: string, region = tag) => {
    const found = catalogues.find((each) => each.tag === tag)
    if (found) setCatalogue(region, found.catalogue)
  }

  it.each([
    [0, 'لا أحد'],
    [1, 'شخص واحد'],
    [2, 'شخصان'],
    [3, '3 أشخاص'],
    [11, '11 شخصًا'],
    [100, '100 شخص'],
  ])('counts %s in Arabic', (count, text) => {
    show('ar')
    expect(t('call.people', { count })).toBe(text)
  })

  it('writes numbers as its readers do', () => {
    show('ar', 'ar-EG')
    expect(t('call.people', { count: 3 })).toBe('٣ أشخاص')
    show('de')
    expect(t('chat.tooLong', { count: 1234 })).toContain('1.234')
  })
})

describe('the language', () => {
  it.each([
    [['de-AT', 'en'], 'de'],
    [['fr', 'es-419'], 'es'],
    [['ar-EG'], 'ar'],
    [['KO'], 'ko'],
    [['fr', 'it'], 'en'],
  ])('for %s is %s', (wanted, tag) => {
    expect(languageFor(wanted)).toBe(tag)
  })

  it('has the region of the browser, when it is of that language', () => {
    expect(withRegion('en', ['de', 'en-GB'])).toBe('en-GB')
    expect(withRegion('ar', ['de'])).toBe('ar')
  })
})
