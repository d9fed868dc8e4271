/** Looks texts up in the catalogue; the compiler checks the keys and the values that a text needs. */
import { signal } from '@preact/signals'
import { en } from './en.ts'

type English = typeof en
export type TextKey = keyof English

type PluralForms = { readonly other: string } & Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>
/** What a language file holds: each key of the English one, with plural forms where English has them. */
export type Catalogue = { readonly [K in TextKey]: English[K] extends string ? string : PluralForms }

type Placeholders<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholders<Rest> : never
type TextOf<K extends TextKey> = English[K] extends string ? English[K] : English[K][keyof English[K]]
type Values<K extends TextKey> = { readonly [Name in Placeholders<TextOf<K>>]: string | number }
type Arguments<K extends TextKey> = [Placeholders<TextOf<K>>] extends [never] ? [] : [values: Values<K>]

/** A signal: whatever shows a text follows when the language changes. */
const language = signal<{ readonly tag: string; readonly catalogue: Catalogue }>({ tag: 'en', catalogue: en })

/** The language of the page, with the reader's region, for `Intl`. */
export const languageTag = (): string => language.value.tag

/** Shows the page in another language from now on. */
export function setCatalogue(tag: string, catalogue: Catalogue): void {
  language.value = { tag, catalogue }
}

/** A number as the readers of the page write it. */
export const numberText = (value: number): string => new Intl.NumberFormat(languageTag()).format(value)

/** The text of `key` in the language of the page, its `{…}` filled in. */
export function t<K extends TextKey>(key: K, ...[values]: Arguments<K>): string {
  const given: Readonly<Record<string, string | number>> = values ?? {}
  const entry: string | PluralForms = language.value.catalogue[key]
  const text = typeof entry === 'string' ? entry : pluralForm(entry, Number(given.count))
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = given[name] ?? whole
    return typeof value === 'number' ? numberText(value) : value
  })
}

function pluralForm(forms: PluralForms, count: number): string {
  return forms[new Intl.PluralRules(language.value.tag).select(count)] ?? forms.other
}
