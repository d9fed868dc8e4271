import { useId } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'

/** What is done with one's own picture; only what this browser can. */
export function BackgroundChoice() {
  const { picture } = useModel().media
  const name = useId()
  const choices = picture.choices.value
  if (choices.length < 2) return null
  return (
    <fieldset class="choices">
      <legend>{t('settings.background')}</legend>
      <div class="choices-row">
        {choices.map((background) => (
          <label key={background} class="choice">
            <input
              type="radio"
              name={name}
              value={background}
              checked={picture.chosen.value === background}
              data-testid={`effect-${background}`}
              onChange={() => picture.choose(background)}
            />
            {t(`settings.background.${background}`)}
          </label>
        ))}
      </div>
      <p class="hint" role="status" data-tone={picture.failed.value ? 'danger' : undefined}>
        {t(picture.failed.value ? 'settings.backgroundFailed' : 'settings.backgroundHint')}
      </p>
    </fieldset>
  )
}
