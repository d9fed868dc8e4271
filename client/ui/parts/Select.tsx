import { useId } from 'preact/hooks'

export type Choice = { readonly value: string; readonly text: string }

type Props = {
  readonly label: string
  readonly value: string
  readonly choices: readonly Choice[]
  readonly disabled?: boolean
  readonly testId?: string
  /** The label is read out, not shown. */
  readonly labelHidden?: boolean
  readonly onChange: (value: string) => void
}

/** One of several: the browser's own list, which every telephone and screen reader knows. */
export function Select({ label, value, choices, disabled, testId, labelHidden = false, onChange }: Props) {
  const id = useId()
  return (
    <div class="field">
      <label for={id} class={labelHidden ? 'visually-hidden' : undefined}>
        {label}
      </label>
      <select
        id={id}
        data-testid={testId}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} selected={choice.value === value}>
            {choice.text}
          </option>
        ))}
      </select>
    </div>
  )
}
