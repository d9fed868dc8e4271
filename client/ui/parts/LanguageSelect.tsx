import { LANGUAGES, languageFor } from '../i18n/languages.ts'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { Select } from './Select.tsx'

const CHOICES = Object.entries(LANGUAGES).map(([value, { name }]) => ({ value, text: name }))

/** The language of the page, each named as its speakers do. */
export function LanguageSelect() {
  const { preferences } = useModel()
  const chosen = preferences.language.value
  return (
    <Select
      label={t('settings.language')}
      labelHidden
      testId="choose-language"
      value={languageFor(chosen ? [chosen] : navigator.languages)}
      choices={CHOICES}
      onChange={(tag) => preferences.set('language', tag)}
    />
  )
}
