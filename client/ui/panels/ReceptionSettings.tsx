import { bitrateText } from '../i18n/numbers.ts'
import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { DATA_LIMITS, RECEPTION_MODES } from '../model/ReceptionState.ts'
import { Select } from '../parts/Select.tsx'

/** What is received at all, and how much of it. */
export function ReceptionSettings() {
  const { reception } = useModel()
  const { mode, maxKbps } = reception.current.value
  return (
    <>
      <Select
        label={t('reception.mode')}
        value={mode}
        choices={RECEPTION_MODES.map((each) => ({ value: each, text: t(`reception.${each}`) }))}
        testId="reception-mode"
        onChange={(value) => {
          const chosen = RECEPTION_MODES.find((each) => each === value)
          if (chosen) reception.setMode(chosen)
        }}
      />
      <Select
        label={t('reception.limit')}
        value={String(maxKbps ?? '')}
        choices={[
          { value: '', text: t('reception.noLimit') },
          ...DATA_LIMITS.map((limit) => ({ value: String(limit), text: bitrateText(limit * 1000) })),
        ]}
        testId="data-limit"
        onChange={(value) => reception.setLimit(value === '' ? undefined : Number(value))}
      />
      <p class="hint">{t('reception.limitHint')}</p>
    </>
  )
}
