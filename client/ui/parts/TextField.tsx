import type { ComponentChildren, Ref } from 'preact'
import { useId } from 'preact/hooks'

type Props = {
  readonly label: string
  readonly value: string
  readonly onInput: (value: string) => void
  readonly onBlur?: () => void
  /** What to know while filling it in. */
  readonly hint?: string
  /** What is wrong with it; takes the place of the hint. */
  readonly problem?: string | undefined
  readonly placeholder?: string
  readonly type?: 'text' | 'search' | 'password'
  readonly labelHidden?: boolean
  readonly maxLength?: number
  readonly autocomplete?: 'name' | 'off'
  /** For names of rooms and the like: no spelling, no capitals. */
  readonly plain?: boolean
  readonly testId?: string
  readonly fieldRef?: Ref<HTMLInputElement>
  /** Stands beside the field: a button. */
  readonly children?: ComponentChildren
}

/** A line of text with its label, and with what is wrong with it said in words. */
export function TextField({ label, value, onInput, hint, problem, type = 'text', children, ...field }: Props) {
  const id = useId()
  const input = (
    <input
      ref={field.fieldRef}
      id={id}
      {...(type === 'search' ? { type } : type === 'password' ? { type } : { type })}
      data-testid={field.testId}
      value={value}
      maxLength={field.maxLength}
      placeholder={field.placeholder}
      autocomplete={field.autocomplete ?? 'off'}
      {...(field.plain && { autocapitalize: 'none', spellcheck: false })}
      aria-invalid={problem !== undefined}
      aria-describedby={`${id}-hint`}
      onInput={(event) => onInput(event.currentTarget.value)}
      onBlur={field.onBlur}
    />
  )
  return (
    <div class="field">
      <label for={id} class={field.labelHidden ? 'visually-hidden' : undefined}>
        {label}
      </label>
      {children ? (
        <div class="field-row">
          {input}
          {children}
        </div>
      ) : (
        input
      )}
      <p
        id={`${id}-hint`}
        class="hint"
        data-tone={problem === undefined ? undefined : 'danger'}
        role={problem === undefined ? undefined : 'alert'}
      >
        {problem ?? hint}
      </p>
    </div>
  )
}
