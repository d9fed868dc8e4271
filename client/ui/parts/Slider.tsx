import { useId } from 'preact/hooks'
import { languageTag } from '../i18n/t.ts'

type Props = {
  readonly label: string
  /** 0 to 1. */
  readonly value: number
  readonly disabled?: boolean
  readonly testId?: string
  readonly onInput: (value: number) => void
}

/** From nothing to all, in steps of 5 %. */
export function Slider({ label, value, disabled, testId, onInput }: Props) {
  const id = useId()
  const percent = new Intl.NumberFormat(languageTag(), { style: 'percent' }).format(value)
  return (
    <div class="slider">
      <label for={id}>{label}</label>
      <output for={id}>{percent}</output>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={value}
        disabled={disabled}
        aria-valuetext={percent}
        data-testid={testId}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
    </div>
  )
}
