import { useSignal } from '@preact/signals'
import { numberText, t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { canChooseSpeaker, playChime } from '../model/chime.ts'
import { useModel } from '../model/model.ts'
import { Select } from './Select.tsx'

/** Where the others are heard, and a sound to try it with. */
export function SpeakerSelect() {
  const { media, preferences } = useModel()
  const playing = useSignal(false)
  const speakers = media.devices.value.speakers.filter(({ deviceId }) => deviceId)
  const known = speakers.some(({ deviceId }) => deviceId === preferences.speakerId.value)
  const test = async () => {
    if (playing.peek()) return
    playing.value = true
    await playChime('test', known ? preferences.speakerId.peek() : '')
    playing.value = false
  }
  return (
    <div class="speaker">
      {canChooseSpeaker() && speakers.length > 0 ? (
        <Select
          label={t('settings.speaker')}
          testId="choose-speaker"
          value={known ? preferences.speakerId.value : ''}
          choices={[
            { value: '', text: t('device.default') },
            ...speakers.map(({ deviceId, label }, index) => ({
              value: deviceId,
              text: label || `${t('settings.speaker')} ${numberText(index + 1)}`,
            })),
          ]}
          onChange={(id) => preferences.set('speakerId', id)}
        />
      ) : (
        <p class="field-title">{t('settings.speaker')}</p>
      )}
      <button
        type="button"
        class="button"
        data-testid="test-speaker"
        aria-busy={playing.value}
        onClick={() => void test()}
      >
        <Icon name="sound" />
        {t('settings.testSpeaker')}
      </button>
      <p class="visually-hidden" role="status">
        {playing.value && t('settings.testPlaying')}
      </p>
    </div>
  )
}
