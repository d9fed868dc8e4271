import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import { isHandheld } from '../model/handheld.ts'
import { useModel } from '../model/model.ts'
import type { SwitchKey } from '../model/Preferences.ts'
import { DeviceProblems } from '../parts/DeviceProblems.tsx'
import { DeviceSelect } from '../parts/DeviceSelect.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { LanguageSelect } from '../parts/LanguageSelect.tsx'
import { LevelMeter } from '../parts/LevelMeter.tsx'
import { SpeakerSelect } from '../parts/SpeakerSelect.tsx'
import { Switch } from '../parts/Switch.tsx'
import { BackgroundChoice } from './BackgroundChoice.tsx'
import { ReceptionSettings } from './ReceptionSettings.tsx'

/** Everything that a person can set up, before and in a call; each change holds at once. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const { media, panels } = useModel()
  return (
    <Dialog title={t('settings.title')} size="large" onClose={onClose}>
      <DeviceProblems />
      <Section title={t('settings.sound')}>
        <DeviceSelect device="mic" />
        <LevelMeter track={media.on.mic.value ? media.tracks.mic.value : undefined} />
        <SpeakerSelect />
        <PreferenceSwitch name="echoCancellation" />
        <PreferenceSwitch name="noiseSuppression" />
        <PreferenceSwitch name="autoGainControl" />
      </Section>
      <Section title={t('settings.picture')}>
        <DeviceSelect device="cam" />
        <PreferenceSwitch name="mirror" />
        <BackgroundChoice />
      </Section>
      <Section title={t('reception.title')}>
        <ReceptionSettings />
      </Section>
      <Section title={t('settings.inCall')}>
        <PreferenceSwitch name="chimes" />
        {!isHandheld() && (
          <>
            <PreferenceSwitch name="pushToTalk" />
            <PreferenceSwitch name="shortcuts" />
            <button type="button" class="button" onClick={() => panels.open('help')}>
              <Icon name="keyboard" />
              {t('help.title')}
            </button>
          </>
        )}
      </Section>
      <Section title={t('settings.language')}>
        <LanguageSelect />
      </Section>
    </Dialog>
  )
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId()
  return (
    <section class="settings-section" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {children}
    </section>
  )
}

function PreferenceSwitch({ name }: { name: SwitchKey }) {
  const { preferences } = useModel()
  return (
    <Switch
      label={t(`settings.${name}`)}
      hint={t(`settings.${name}Hint`)}
      checked={preferences[name].value}
      testId={`setting-${name}`}
      onChange={(checked) => preferences.set(name, checked)}
    />
  )
}
